using System.Globalization;
using System.Text;

namespace Buildit.Store.Debian;

/// <summary>A member of an ar archive. <paramref name="Content"/> can be read until the next member is asked for.</summary>
public sealed record ArMember(string Name, long Size, Stream Content);

/// <summary>Reads an ar archive forwards, as strictly as dpkg does (deb(5)): short names only, no symbol tables, nothing left over.</summary>
public sealed class ArReader(Stream archive)
{
    private const int HeaderSize = 60;
    private ArMember? _last;

    /// <summary>The next member, or null at the end. Skips what was not read of the last one.</summary>
    public ArMember? Next()
    {
        if (_last is null)
        {
            CheckMagic();
        }
        else
        {
            Skip(_last);
        }

        Span<byte> header = stackalloc byte[HeaderSize];
        var read = archive.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false);
        if (read == 0)
        {
            return null;
        }

        if (read < HeaderSize || !header[58..].SequenceEqual("`\n"u8))
        {
            throw new InvalidDataException("a member of the ar archive has no valid header");
        }

        var name = Encoding.ASCII.GetString(header[..16]).TrimEnd(' ').TrimEnd('/');
        var isSize = long.TryParse(Encoding.ASCII.GetString(header[48..58]).TrimEnd(' '), NumberStyles.None, CultureInfo.InvariantCulture, out var size);
        if (!isSize || name.Length == 0)
        {
            throw new InvalidDataException("a member of the ar archive has no valid name or size");
        }

        return _last = new(name, size, new BoundedStream(archive, size));
    }

    private void CheckMagic()
    {
        Span<byte> magic = stackalloc byte[8];
        if (archive.ReadAtLeast(magic, 8, throwOnEndOfStream: false) < 8 || !magic.SequenceEqual("!<arch>\n"u8))
        {
            throw new InvalidDataException("not an ar archive");
        }
    }

    // Members begin at even offsets.
    private void Skip(ArMember member)
    {
        member.Content.CopyTo(Stream.Null);
        if (member.Size % 2 == 1 && archive.ReadByte() is not ('\n' or -1))
        {
            throw new InvalidDataException("a member of the ar archive is not padded as it has to be");
        }
    }
}
