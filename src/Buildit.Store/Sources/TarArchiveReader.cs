using System.Globalization;
using Buildit.Core.Trees;
using Buildit.Store.Compression;

namespace Buildit.Store.Sources;

/// <summary>
/// Reads tar archives of all common kinds: V7, ustar, pax, GNU. The framework's reader takes an archive that was cut off between two entries for
/// a whole one, and memory without limit for headers; this one does not. Missing bytes throw <see cref="EndOfStreamException"/>.
/// </summary>
internal sealed class TarArchiveReader(Stream input)
{
    private const int MaxExtendedHeader = 1 << 20;
    private readonly byte[] _block = new byte[TarHeader.Size];
    private Extension _extension = new();
    private long _left;
    private long _padding;

    /// <summary>What pax ('x') and GNU ('L', 'K') headers say about the entry after them.</summary>
    private sealed record Extension(string? Name = null, string? LinkName = null, long? Size = null, long? Mtime = null, int? Uid = null, int? Gid = null, FileCapabilities? Capabilities = null);

    /// <summary>Each entry's content must be read, if at all, before the next one is asked for.</summary>
    public IEnumerable<ArchiveEntry> Read()
    {
        while (ReadHeader())
        {
            if (Next() is { } entry)
            {
                yield return entry;
            }

            Skip();
        }

        // To the end of what it is compressed with: only there are its checksum and the proof that nothing is missing.
        while (input.Read(_block) > 0)
        {
        }
    }

    /// <summary>As <see cref="Read"/>, with clean paths; refuses what leads out, and more entries than there may be.</summary>
    public IEnumerable<(string Path, ArchiveEntry Entry)> ReadClean(int most, CancellationToken cancel)
    {
        var count = 0;
        foreach (var entry in Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (++count > most)
            {
                throw new RefusedException($"it has more than {most} entries");
            }

            yield return (TreePath.Clean(entry.Name) ?? throw RefusedException.Entry(entry.Name, "leads out of it"), entry);
        }
    }

    /// <summary>False at the zero block that ends the archive.</summary>
    private bool ReadHeader()
    {
        input.ReadExactly(_block);
        if (!_block.AsSpan().ContainsAnyExcept((byte)0))
        {
            return false;
        }

        return TarHeader.HasRightChecksum(_block) ? true : throw new InvalidDataException("a tar header has a wrong checksum");
    }

    private ArchiveEntry? Next()
    {
        var header = new TarHeader(_block);
        // A hard link has no content, whatever its size field says: GNU tar sees it so too.
        SetContent(header.Type is '1' ? 0 : header.ContentSize);
        switch (header.Type)
        {
            case 'x' or 'X':
                ReadPax();
                return null;
            case 'L':
                _extension = _extension with { Name = ReadLongName() };
                return null;
            case 'K':
                _extension = _extension with { LinkName = ReadLongName() };
                return null;
            case 'g' or 'V':
                // What is said about all entries: comments, and a volume's label.
                return null;
        }

        var extension = _extension;
        _extension = new();
        if (extension.Size is { } size && header.Type != '1')
        {
            SetContent(size);
        }

        return ToEntry(header, extension);
    }

    private ArchiveEntry ToEntry(TarHeader header, Extension extension)
    {
        var name = extension.Name ?? header.Name;
        var mtime = extension.Mtime ?? header.Mtime;
        var target = extension.LinkName ?? header.LinkName;
        ArchiveEntry entry = header.Type switch
        {
            // Before POSIX a directory was a file whose name ends with a slash.
            '0' or '\0' when name.EndsWith('/') => new(name, EntryKind.Directory, true, mtime),
            '0' or '\0' or '7' => new(name, EntryKind.File, header.Executable, mtime, Content: new EntryStream(this)),
            '1' => new(name, EntryKind.HardLink, false, mtime, target),
            '2' => new(name, EntryKind.Symlink, true, mtime, target),
            '5' or 'D' => new(name, EntryKind.Directory, true, mtime),
            '3' or '4' => throw RefusedException.Entry(name, "is a device node"),
            '6' => throw RefusedException.Entry(name, "is a named pipe"),
            'S' => throw RefusedException.Entry(name, "is a sparse file, which is not supported"),
            var type => throw RefusedException.Entry(name, $"has the unknown type '{type}'"),
        };
        return entry with { Mode = header.Mode, Uid = extension.Uid ?? header.Uid, Gid = extension.Gid ?? header.Gid, Size = entry.Content is null ? 0 : _left, Capabilities = entry.Content is null ? null : extension.Capabilities };
    }

    private void ReadPax()
    {
        var records = ReadExtendedHeader();
        while (!records.IsEmpty)
        {
            // "LENGTH KEY=VALUE\n", where the length counts the whole record.
            var space = records.IndexOf((byte)' ');
            if (space < 0 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 1 || length > records.Length || records[length - 1] != '\n'
                || records[(space + 1)..(length - 1)].IndexOf((byte)'=') is var equals && equals < 0)
            {
                throw new InvalidDataException("a pax header is malformed");
            }

            var record = records[(space + 1)..(length - 1)];
            ApplyPax(TarHeader.Text(record[..equals]), record[(equals + 1)..]);
            records = records[length..];
        }
    }

    private void ApplyPax(string key, ReadOnlySpan<byte> bytes)
    {
        if (key == "SCHILY.xattr." + FileCapabilities.Attribute)
        {
            _extension = _extension with { Capabilities = FileCapabilities.OfAttribute(bytes) };
            return;
        }

        var value = TarHeader.Text(bytes);
        _extension = key switch
        {
            "path" => _extension with { Name = value },
            "linkpath" => _extension with { LinkName = value },
            "size" => _extension with { Size = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : throw new InvalidDataException("a pax size is not a number") },
            "mtime" => _extension with { Mtime = WholeSeconds(value) },
            "uid" => _extension with { Uid = Id(value) },
            "gid" => _extension with { Gid = Id(value) },
            _ when key.StartsWith("GNU.sparse.", StringComparison.Ordinal) => throw RefusedException.Entry(_extension.Name ?? "", "is a sparse file, which is not supported"),
            _ => _extension,
        };
    }

    private static int Id(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1;

    private static long WholeSeconds(string value) => decimal.TryParse(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
        && seconds is > long.MinValue and < long.MaxValue
        ? (long)decimal.Floor(seconds)
        : throw new InvalidDataException("a pax mtime is not a number");

    private string ReadLongName()
    {
        var name = ReadExtendedHeader();
        return TarHeader.Text(name is [.. var text, 0] ? text : name);
    }

    private ReadOnlySpan<byte> ReadExtendedHeader()
    {
        if (_left > MaxExtendedHeader)
        {
            throw new InvalidDataException("an extended tar header is larger than 1 MiB");
        }

        var bytes = new byte[_left];
        input.ReadExactly(bytes);
        _left = 0;
        return bytes;
    }

    private void SetContent(long size)
    {
        _left = size >= 0 ? size : throw new InvalidDataException("a size in a tar header is negative");
        _padding = (TarHeader.Size - (size % TarHeader.Size)) % TarHeader.Size;
    }

    /// <summary>To the next header.</summary>
    private void Skip()
    {
        for (var rest = _left + _padding; rest > 0;)
        {
            var count = (int)Math.Min(rest, _block.Length);
            input.ReadExactly(_block, 0, count);
            rest -= count;
        }
    }

    private sealed class EntryStream(TarArchiveReader reader) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            var count = reader._left == 0 || buffer.IsEmpty ? 0 : reader.ReadSome(buffer[..(int)Math.Min(buffer.Length, reader._left)]);
            reader._left -= count;
            return count;
        }
    }

    private int ReadSome(Span<byte> buffer) => input.Read(buffer) is var count and > 0 ? count : throw new EndOfStreamException();
}
