using Buildit.Store.Compression;

namespace Buildit.Store.Debian;

/// <summary>The next <paramref name="length"/> bytes of a stream, which stays open. Throws <see cref="EndOfStreamException"/> if there are fewer.</summary>
internal sealed class BoundedStream(Stream inner, long length) : ReadOnlyStream
{
    private long _left = length;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, _left);
        if (wanted == 0)
        {
            return 0;
        }

        var read = inner.Read(buffer[..wanted]);
        _left -= read;
        return read > 0 ? read : throw new EndOfStreamException("the archive ends early");
    }
}
