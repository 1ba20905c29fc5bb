using System.IO.Compression;
using System.Text;
using Buildit.Store.Compression;

namespace Buildit.Store.Debian;

/// <summary>Opens the parts of a binary package (deb(5), format 2.0).</summary>
public static class DebReader
{
    /// <summary>The uncompressed tar of the files that the package installs. Damaged packages throw <see cref="InvalidDataException"/> or <see cref="EndOfStreamException"/>.</summary>
    public static Stream OpenData(Stream deb)
    {
        var archive = new ArReader(deb);
        CheckFormat(archive);
        if (archive.Next() is not { } control || !control.Name.StartsWith("control.tar", StringComparison.Ordinal))
        {
            throw new InvalidDataException("the package has no control archive where it has to be");
        }

        return archive.Next() is { } data ? Decompress(data) : throw new InvalidDataException("the package has no data archive");
    }

    private static void CheckFormat(ArReader archive)
    {
        if (archive.Next() is not { Name: "debian-binary", Size: < 64 } marker)
        {
            throw new InvalidDataException("not a Debian package: it does not begin with 'debian-binary'");
        }

        using var reader = new StreamReader(marker.Content, Encoding.ASCII);
        var version = reader.ReadLine();
        if (version is null || !version.StartsWith("2.", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"the package has format '{version}', not 2.0");
        }
    }

    private static Stream Decompress(ArMember data) => data.Name switch
    {
        "data.tar" => data.Content,
        "data.tar.gz" => new GZipStream(data.Content, CompressionMode.Decompress),
        "data.tar.xz" => Xz.Open(data.Content),
        "data.tar.zst" => new ZstdStream(data.Content),
        _ => throw new InvalidDataException($"'{data.Name}' stands where the package's data archive has to be"),
    };
}
