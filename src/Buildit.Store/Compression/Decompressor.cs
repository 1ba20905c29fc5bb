using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Store.Compression;

/// <summary>Opens compressed streams by what their first bytes say, not by their names.</summary>
/// <param name="zstd">Null: zstd is refused with an error.</param>
/// <param name="xz">Makes a stream of the uncompressed bytes of an xz stream.</param>
public sealed class Decompressor(IZstdDecoder? zstd, Func<Stream, Stream> xz)
{
    private const int HeadLength = 512;

    /// <summary>With xz by the liblzma that comes with buildit.</summary>
    public Decompressor(IZstdDecoder? zstd)
        : this(zstd, Xz.Open)
    {
    }

    /// <summary>The uncompressed bytes; the bytes as they are if they are not compressed. Takes the stream over.</summary>
    public Stream Open(Stream compressed)
    {
        var peeked = PeekedStream.Over(compressed, HeadLength, out var kind);
        return kind switch
        {
            _ when kind == ContentKind.Gzip => new GunzipStream(peeked),
            _ when kind == ContentKind.Bzip2 => new Bzip2Stream(peeked),
            _ when kind == ContentKind.Xz => xz(peeked),
            _ when kind == ContentKind.Zstd => OpenZstd(peeked),
            _ => peeked,
        };
    }

    private Stream OpenZstd(Stream peeked) => zstd?.Open(peeked) ?? throw new BuilditException(
        ExitCode.Unresolvable,
        "a file compressed with zstd cannot be opened before the distribution's own zstd package is there",
        "add 'zstd' to the distribution's packages, or use a source with another compression");
}
