using Buildit.Store.Compression;

namespace Buildit.Store.Binhosts.Ssh;

/// <summary>An open file of an sftp server, read ahead: a few parts at first, more and more of them when it goes on.</summary>
/// <param name="sftp">The connection.</param>
/// <param name="handle">The server's name for the open file; closed with this.</param>
/// <param name="offset">Where to start.</param>
internal sealed class SftpReadStream(SftpConnection sftp, ReadOnlyMemory<byte> handle, long offset) : AsyncReadStream
{
    private const int Part = 1 << 15;
    private const int FirstAhead = 2;
    private const int MostAhead = 64;
    private readonly Queue<(long Offset, Task<SftpReply> Answer)> _asked = [];
    private ReadOnlyMemory<byte> _ready;
    private long _nextAsked = offset;
    private long? _size;
    private int _ahead = FirstAhead;
    private bool _isAtEnd;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ready.IsEmpty && !_isAtEnd)
        {
            _ready = await NextAsync(cancellationToken);
        }

        var count = Math.Min(buffer.Length, _ready.Length);
        _ready[..count].CopyTo(buffer);
        _ready = _ready[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            sftp.Forget(SftpType.Close, request => request.Bytes(handle.Span));
        }

        base.Dispose(disposing);
    }

    private async Task<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancel)
    {
        // The size comes with the first bytes: it tells the end from an answer that is shorter than what was asked for.
        var state = _size is null ? sftp.Send(SftpType.FStat, request => request.Bytes(handle.Span)) : null;
        while (_asked.Count < _ahead && (_size is null || _nextAsked < _size))
        {
            _asked.Enqueue((_nextAsked, Ask(_nextAsked, Part)));
            _nextAsked += Part;
        }

        _size ??= SftpAnswers.StateIn(await sftp.HearAsync(state!, cancel)).Size;
        _ahead = Math.Min(_ahead * 2, MostAhead);
        var data = _asked.TryDequeue(out var first) ? await PartAsync(first.Offset, first.Answer, cancel) : ReadOnlyMemory<byte>.Empty;
        _isAtEnd = data.IsEmpty || first.Offset + data.Length >= _size;
        return data;
    }

    private async Task<ReadOnlyMemory<byte>> PartAsync(long at, Task<SftpReply> answer, CancellationToken cancel)
    {
        var data = await DataAsync(answer, cancel);
        while (!data.IsEmpty && data.Length < Math.Min(Part, _size!.Value - at)
            && await DataAsync(Ask(at + data.Length, Part - data.Length), cancel) is { IsEmpty: false } more)
        {
            data = (byte[])[.. data.Span, .. more.Span];
        }

        return data;
    }

    private Task<SftpReply> Ask(long at, int length) => sftp.Send(SftpType.Read, request => request.Bytes(handle.Span).Long(at).Number((uint)length));

    /// <summary>What an answer brings; empty at the end of the file.</summary>
    private async Task<ReadOnlyMemory<byte>> DataAsync(Task<SftpReply> answer, CancellationToken cancel)
    {
        var reply = await sftp.HearAsync(answer, cancel);
        return reply.Type == SftpType.Data ? reply.Bytes()
            : reply.Type == SftpType.Status && (SftpStatus)reply.Number() == SftpStatus.End ? ReadOnlyMemory<byte>.Empty
            : throw new IOException("the server cannot read the file");
    }
}
