using System.IO.Compression;

namespace Buildit.Store.Compression;

/// <summary>Unpacks gzip. The framework calls every damage "an unsupported compression method".</summary>
internal sealed class GunzipStream(Stream compressed) : ReadOnlyStream
{
    private readonly GZipStream _gzip = new(compressed, CompressionMode.Decompress);

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _gzip.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException("gzip: a block or a checksum is wrong", e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
        }

        base.Dispose(disposing);
    }
}
