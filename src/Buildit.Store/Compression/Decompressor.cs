namespace Buildit.Store.Compression;

/// <summary>Opens compressed streams by what their first bytes say, not by their names.</summary>
public static class Decompressor
{
    private const int HeadLength = 512;

    /// <summary>The uncompressed bytes; the bytes as they are if they are not compressed. Takes the stream over.</summary>
    public static Stream Open(Stream compressed)
    {
        var peeked = PeekedStream.Over(compressed, HeadLength, out var kind);
        return kind switch
        {
            _ when kind == ContentKind.Gzip => new GunzipStream(peeked),
            _ when kind == ContentKind.Bzip2 => new Bzip2Stream(peeked),
            _ when kind == ContentKind.Xz => Xz.Open(peeked),
            _ when kind == ContentKind.Zstd => new ZstdStream(peeked),
            _ => peeked,
        };
    }
}
