using Buildit.Store.Compression;

namespace Buildit.Store.Fetching;

/// <summary>What is uploaded: as long as it is taken from us, the other side is alive.</summary>
internal sealed class SentStream(Stream content, StallWatch watch) : AsyncReadStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        watch.Moved();
        return content.ReadAsync(buffer, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
        }

        base.Dispose(disposing);
    }
}
