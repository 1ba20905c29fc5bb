using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Buildit.Core.Trees;

/// <summary>
/// Writes the one tar form that buildit's identities rest on (POSIX.1-2001 "ustar", with a pax record only for what ustar cannot hold).
/// Nothing but the arguments reaches the bytes: no clock, no names of users, no process id. What is written is passed on in large pieces, the last of them by <see cref="Finish"/>. A change here changes every digest:
/// it needs a new format version (docs/keys.md).
/// </summary>
public sealed class CanonicalTarWriter(Stream output)
{
    private const int Block = 512;
    // A multiple of all blocks: headers and small files go on together.
    private const int BufferSize = 1 << 18;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _filled;

    /// <summary>Writes all entries of a tree below <paramref name="prefix"/> (empty, or "dir/"). <paramref name="open"/> gives a file's bytes.</summary>
    public void WriteTree(Tree tree, Func<TreeEntry, Stream> open, string prefix = "")
    {
        foreach (var entry in tree.Entries)
        {
            WriteEntry(entry, tree.Mtime, open, prefix);
        }
    }

    /// <summary>Writes one entry; <paramref name="open"/> is called for regular files only and must give exactly <see cref="TreeEntry.Size"/> bytes.</summary>
    public void WriteEntry(TreeEntry entry, long mtime, Func<TreeEntry, Stream> open, string prefix = "")
    {
        var path = prefix + entry.Path + (entry.Kind == EntryKind.Directory ? "/" : "");
        var target = entry.Kind switch { EntryKind.Symlink => entry.Target!, EntryKind.HardLink => prefix + entry.Target!, _ => "" };
        var type = entry.Kind switch { EntryKind.Directory => '5', EntryKind.Symlink => '2', EntryKind.HardLink => '1', _ => '0' };
        var size = entry.Kind == EntryKind.File ? entry.Size : 0;
        WriteHeader(path, target, type, entry, size, mtime);
        if (entry.Kind == EntryKind.File)
        {
            WriteContent(entry, open);
        }
    }

    /// <summary>Writes a regular file from memory.</summary>
    public void WriteFile(string path, ReadOnlySpan<byte> content, int mode, long mtime)
    {
        WriteHeader(path, "", '0', new(path, EntryKind.File) { Mode = mode }, content.Length, mtime);
        Append(content);
        Pad(content.Length);
    }

    /// <summary>Writes the two zero blocks that end an archive, and all that was not passed on yet.</summary>
    public void Finish()
    {
        Free(Block).Clear();
        Free(Block).Clear();
        Flush();
    }

    private void WriteContent(TreeEntry entry, Func<TreeEntry, Stream> open)
    {
        using var content = open(entry);
        var left = entry.Size;
        for (int read; left > 0 && (read = content.Read(Rest((int)Math.Min(BufferSize, left)))) > 0; left -= read)
        {
            _filled += read;
        }

        if (left > 0 || content.ReadByte() >= 0)
        {
            throw new InvalidDataException($"'{entry.Path}' is not {entry.Size} bytes long");
        }

        Pad(entry.Size);
    }

    private void WriteHeader(string path, string target, char type, TreeEntry entry, long size, long mtime)
    {
        var (uid, gid) = (entry.Uid, entry.Gid);
        var name = Encoding.UTF8.GetBytes(path);
        var link = Encoding.UTF8.GetBytes(target);
        var fits = TrySplit(name, out var prefixLength);
        var extended = new List<byte>();
        // Pax keywords in alphabetical order (POSIX.1-2001 pax, "pax Extended Header").
        if (type == '0' && entry.Capabilities is { } capabilities)
        {
            AddRecord(extended, "SCHILY.xattr." + FileCapabilities.Attribute, capabilities.ToAttribute());
        }

        AddRecord(extended, "gid", gid > 0x1FFFFF ? Text(gid) : null);
        AddRecord(extended, "linkpath", link.Length > 100 || !Ascii.IsValid(link) ? target : null);
        AddRecord(extended, "path", !fits || !Ascii.IsValid(name) ? path : null);
        AddRecord(extended, "size", size > 0x1FFFFFFFFL ? Text(size) : null);
        AddRecord(extended, "uid", uid > 0x1FFFFF ? Text(uid) : null);
        if (extended.Count > 0)
        {
            FillHeader("pax"u8, 0, default, 'x', 0x1A4, 0, 0, extended.Count, mtime);
            Append(CollectionsMarshal.AsSpan(extended));
            Pad(extended.Count);
        }

        var shown = fits ? name.AsSpan() : name.AsSpan(0, 100);
        FillHeader(shown, fits ? prefixLength : 0, link.AsSpan(0, Math.Min(100, link.Length)), type, entry.Mode, uid & 0x1FFFFF, gid & 0x1FFFFF, size > 0x1FFFFFFFFL ? 0 : size, mtime);
    }

    private void FillHeader(ReadOnlySpan<byte> name, int prefixLength, ReadOnlySpan<byte> link, char type, int mode, int uid, int gid, long size, long mtime)
    {
        var h = Free(Block);
        h.Clear();
        (prefixLength == 0 ? name : name[(prefixLength + 1)..]).CopyTo(h);
        Octal(h.Slice(100, 8), mode);
        Octal(h.Slice(108, 8), uid);
        Octal(h.Slice(116, 8), gid);
        Octal(h.Slice(124, 12), size);
        Octal(h.Slice(136, 12), mtime);
        h.Slice(148, 8).Fill((byte)' ');
        h[156] = (byte)type;
        link.CopyTo(h[157..]);
        "ustar\0"u8.CopyTo(h[257..]);
        "00"u8.CopyTo(h[263..]);
        name[..prefixLength].CopyTo(h[345..]);
        var sum = 0;
        foreach (var b in h)
        {
            sum += b;
        }

        Octal(h.Slice(148, 7), sum);
        h[155] = (byte)' ';
    }

    /// <summary>Whether a name fits the header's 100 bytes, or its 155 + 100 when split at a slash.</summary>
    private static bool TrySplit(ReadOnlySpan<byte> name, out int prefixLength)
    {
        prefixLength = 0;
        if (name.Length <= 100)
        {
            return true;
        }

        for (var i = Math.Min(155, name.Length - 2); i > 0 && name.Length - i - 1 <= 100; i--)
        {
            if (name[i] == '/')
            {
                prefixLength = i;
                return true;
            }
        }

        return false;
    }

    private static void AddRecord(List<byte> records, string key, string? value)
    {
        if (value is not null)
        {
            AddRecord(records, key, Encoding.UTF8.GetBytes(value));
        }
    }

    private static void AddRecord(List<byte> records, string key, byte[] value)
    {
        // "%d %s=%s\n", where the number counts itself.
        var rest = key.Length + value.Length + 3;
        var length = rest + Text(rest).Length;
        length = rest + Text(length).Length;
        records.AddRange(Encoding.ASCII.GetBytes($"{Text(length)} {key}="));
        records.AddRange(value);
        records.Add((byte)'\n');
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Octal(Span<byte> field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--, value >>= 3)
        {
            field[i] = (byte)('0' + (value & 7));
        }

        if (value != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), "a number does not fit its tar field");
        }
    }

    private void Pad(long size)
    {
        var rest = (int)(size % Block);
        if (rest > 0)
        {
            Free(Block - rest).Clear();
        }
    }

    /// <summary>The next bytes of the buffer, which count as written.</summary>
    private Span<byte> Free(int count)
    {
        var next = Rest(count);
        _filled += count;
        return next;
    }

    /// <summary>Room for so many bytes, or for as many as the whole buffer takes.</summary>
    private Span<byte> Rest(int wanted)
    {
        if (wanted > BufferSize - _filled)
        {
            Flush();
        }

        return _buffer.AsSpan(_filled, Math.Min(wanted, BufferSize));
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var rest = Rest(bytes.Length);
            bytes[..rest.Length].CopyTo(rest);
            bytes = bytes[rest.Length..];
            _filled += rest.Length;
        }
    }

    private void Flush()
    {
        output.Write(_buffer.AsSpan(0, _filled));
        _filled = 0;
    }
}
