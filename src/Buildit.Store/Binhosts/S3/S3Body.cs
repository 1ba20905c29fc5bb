using Amazon.Runtime;
using Buildit.Store.Compression;

namespace Buildit.Store.Binhosts.S3;

/// <summary>What comes from a bucket: what Amazon's client finds wrong with it is a failure of the line.</summary>
/// <param name="content">The body as the client gives it; disposed of with this.</param>
internal sealed class S3Body(Stream content) : AsyncReadStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await content.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException)
        {
            throw new IOException("what came is not what the server says of it", e);
        }
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
