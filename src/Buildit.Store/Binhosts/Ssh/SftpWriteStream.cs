namespace Buildit.Store.Binhosts.Ssh;

/// <summary>An open file of an sftp server that is written without waiting for each answer. Whole only after <see cref="FinishAsync"/>.</summary>
/// <param name="sftp">The connection.</param>
/// <param name="handle">The server's name for the open file; closed with this.</param>
internal sealed class SftpWriteStream(SftpConnection sftp, ReadOnlyMemory<byte> handle) : Stream
{
    private const string FSync = "fsync@openssh.com";
    private const int Part = 1 << 15;
    private const int MostUnderWay = 32;
    private readonly Queue<Task<SftpReply>> _underWay = [];
    private long _position;
    private bool _isClosed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (var rest = buffer; !rest.IsEmpty; rest = rest[Math.Min(Part, rest.Length)..])
        {
            var part = rest[..Math.Min(Part, rest.Length)];
            var at = _position;
            _underWay.Enqueue(sftp.Send(SftpType.Write, request => request.Bytes(handle.Span).Long(at).Bytes(part.Span)));
            _position += part.Length;
            if (_underWay.Count >= MostUnderWay)
            {
                await HearFirstAsync(cancellationToken);
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Waits until everything is written, and on the server's disk if the server can see to that.</summary>
    public async Task FinishAsync(CancellationToken cancel)
    {
        if (sftp.Extensions.Contains(FSync))
        {
            _underWay.Enqueue(sftp.Send(SftpType.Extended, request => request.Text(FSync).Bytes(handle.Span)));
        }

        _isClosed = true;
        _underWay.Enqueue(sftp.Send(SftpType.Close, request => request.Bytes(handle.Span)));
        while (_underWay.Count > 0)
        {
            await HearFirstAsync(cancel);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isClosed)
        {
            _isClosed = true;
            sftp.Forget(SftpType.Close, request => request.Bytes(handle.Span));
        }

        base.Dispose(disposing);
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write it asynchronously");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async Task HearFirstAsync(CancellationToken cancel)
    {
        var reply = await sftp.HearAsync(_underWay.Dequeue(), cancel);
        if ((SftpStatus)reply.Number() != SftpStatus.Ok)
        {
            throw new PlaceException("the server cannot write; is its disk full?");
        }
    }
}
