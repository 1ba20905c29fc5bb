namespace Buildit.Store.Compression;

/// <summary>A stream whose first bytes were looked at and are given out again.</summary>
internal sealed class PeekedStream : ReadOnlyStream
{
    private readonly Stream _rest;
    private ReadOnlyMemory<byte> _head;

    private PeekedStream(byte[] head, Stream rest)
    {
        _head = head;
        _rest = rest;
    }

    public static PeekedStream Over(Stream stream, int length, out ContentKind kind)
    {
        var head = new byte[length];
        head = head[..stream.ReadAtLeast(head, length, throwOnEndOfStream: false)];
        kind = ContentKind.Detect(head);
        return new(head, stream);
    }

    public override int Read(Span<byte> buffer)
    {
        if (_head.IsEmpty)
        {
            return _rest.Read(buffer);
        }

        var count = Math.Min(buffer.Length, _head.Length);
        _head.Span[..count].CopyTo(buffer);
        _head = _head[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rest.Dispose();
        }

        base.Dispose(disposing);
    }
}
