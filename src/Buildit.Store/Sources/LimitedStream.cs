using Buildit.Store.Compression;

namespace Buildit.Store.Sources;

/// <summary>Reads at most so many bytes: what unpacks to more is refused, also where it is only skipped.</summary>
internal sealed class LimitedStream(Stream inner, long limit) : ReadOnlyStream
{
    private long _read;

    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        _read += count;
        return _read <= limit ? count : throw new RefusedException($"it unpacks to more than {limit >> 20} MiB");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
