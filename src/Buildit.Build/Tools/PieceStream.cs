namespace Buildit.Build.Tools;

/// <summary>Cuts what is written to it into pieces of one size; only the last one may be shorter.</summary>
internal sealed class PieceStream(int size, Action<ReadOnlyMemory<byte>> take) : Stream
{
    private byte[] _buffer = new byte[size];
    private int _length;
    private bool _any;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = Math.Min(buffer.Length, size - _length);
            buffer[..count].CopyTo(_buffer.AsSpan(_length));
            buffer = buffer[count..];
            _length += count;
            if (_length == size)
            {
                Hand();
            }
        }
    }

    /// <summary>Hands the last piece over; of nothing at all, one empty piece.</summary>
    public void Complete()
    {
        if (_length > 0 || !_any)
        {
            Hand();
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Hand()
    {
        take(_buffer.AsMemory(0, _length));
        _buffer = new byte[size];
        _length = 0;
        _any = true;
    }
}
