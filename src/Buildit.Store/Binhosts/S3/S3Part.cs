using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts.S3;

/// <summary>A part of a blob on its way into a bucket. It may be slow, as long as it is taken from us; it can be read twice, since Amazon's client signs it first.</summary>
/// <param name="bytes">What begins with it.</param>
/// <param name="length">Its length.</param>
/// <param name="watch">Told that it is taken.</param>
internal sealed class S3Part(byte[] bytes, int length, StallWatch watch) : MemoryStream(bytes, 0, length, writable: false)
{
    public override int Read(Span<byte> buffer)
    {
        watch.Moved();
        return base.Read(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        watch.Moved();
        return base.Read(buffer, offset, count);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        watch.Moved();
        return base.ReadAsync(buffer, offset, count, cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        watch.Moved();
        return base.ReadAsync(buffer, cancellationToken);
    }
}
