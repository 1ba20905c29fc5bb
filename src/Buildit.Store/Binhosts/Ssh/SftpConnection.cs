using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;

namespace Buildit.Store.Binhosts.Ssh;

/// <summary>
/// One conversation with an sftp server over two streams. Any number of requests may be under way; the server answers in any order, and carries them out in the order in which they were sent
/// as far as they concern the same file.
/// </summary>
internal sealed class SftpConnection
{
    private const int LargestReply = 1 << 20;
    private readonly Stream _to;
    private readonly Stream _from;
    private readonly TimeProvider _time;
    private readonly TimeSpan _silence;
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<SftpReply>> _waiting = [];
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new() { SingleReader = true });
    private uint _last;
    private long _heard;
    private readonly Func<Task<PlaceException>> _explain;
    private volatile PlaceException? _closed;

    private SftpConnection(Stream to, Stream from, Func<Task<PlaceException>> explain, IReadOnlySet<string> extensions, TimeSpan silence, TimeProvider time) =>
        (_to, _from, _explain, Extensions, _silence, _time) = (to, from, explain, extensions, silence, time);

    /// <summary>What the server can do beyond the protocol, as it says.</summary>
    public IReadOnlySet<string> Extensions { get; }

    /// <summary>Whether nothing will ever be answered any more.</summary>
    public bool IsClosed => _closed is not null;

    /// <summary>Begins a conversation.</summary>
    /// <param name="to">What the server reads.</param>
    /// <param name="from">What the server writes.</param>
    /// <param name="explain">Says why the streams ended, once they did.</param>
    /// <param name="silence">A server that says nothing for so long while it is waited for is given up.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="cancel">Ends waiting.</param>
    public static async Task<SftpConnection> OpenAsync(Stream to, Stream from, Func<Task<PlaceException>> explain, TimeSpan silence, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            await to.WriteAsync(new byte[] { 0, 0, 0, 5, (byte)SftpType.Init, 0, 0, 0, 3 }, cancel);
            await to.FlushAsync(cancel);
            var reply = await ReadAsync(from, cancel);
            if (reply.Type != SftpType.Version || reply.Number() < 3)
            {
                throw NoServer();
            }

            var extensions = new HashSet<string>(StringComparer.Ordinal);
            while (!reply.IsAtEnd)
            {
                extensions.Add(reply.Text());
                reply.Bytes();
            }

            var connection = new SftpConnection(to, from, explain, extensions, silence, time);
            _ = Task.Run(() => connection.UntilClosedAsync(connection.ListenAsync), CancellationToken.None);
            _ = Task.Run(() => connection.UntilClosedAsync(connection.TalkAsync), CancellationToken.None);
            return connection;
        }
        catch (IOException)
        {
            throw await explain();
        }
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    public Task<SftpReply> AskAsync(SftpType type, Action<SftpRequest> fields, CancellationToken cancel) => HearAsync(Send(type, fields), cancel);

    /// <summary>Sends a request; its answer is waited for with <see cref="HearAsync"/>. What is sent first is done first.</summary>
    public Task<SftpReply> Send(SftpType type, Action<SftpRequest> fields)
    {
        var number = Interlocked.Increment(ref _last);
        var request = new SftpRequest(type, number);
        fields(request);
        var answer = new TaskCompletionSource<SftpReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[number] = answer;
        _outgoing.Writer.TryWrite(request.Finish());
        if (_closed is { } closed)
        {
            answer.TrySetException(closed);
        }

        return answer.Task;
    }

    /// <summary>Sends a request whose answer nobody waits for.</summary>
    public void Forget(SftpType type, Action<SftpRequest> fields) => _ = Send(type, fields).ContinueWith(static t => t.Exception, TaskScheduler.Default);

    /// <summary>Waits for an answer, as long as the server says anything at all.</summary>
    public async Task<SftpReply> HearAsync(Task<SftpReply> answer, CancellationToken cancel)
    {
        var since = _time.GetTimestamp();
        while (!answer.IsCompleted)
        {
            var left = _silence - _time.GetElapsedTime(Math.Max(since, Interlocked.Read(ref _heard)));
            if (left <= TimeSpan.Zero)
            {
                throw new PlaceException(string.Create(CultureInfo.InvariantCulture, $"the server said nothing for {_silence.TotalSeconds:0.###} s"));
            }

            await Task.WhenAny(answer, Task.Delay(left, _time, cancel));
            cancel.ThrowIfCancellationRequested();
        }

        return await answer;
    }

    private async Task ListenAsync()
    {
        while (true)
        {
            var reply = await ReadAsync(_from, CancellationToken.None);
            Interlocked.Exchange(ref _heard, _time.GetTimestamp());
            if (_waiting.TryRemove(reply.Number(), out var waiting))
            {
                waiting.TrySetResult(reply);
            }
        }
    }

    private async Task TalkAsync()
    {
        while (await _outgoing.Reader.WaitToReadAsync())
        {
            while (_outgoing.Reader.TryRead(out var request))
            {
                await _to.WriteAsync(request);
            }

            await _to.FlushAsync();
        }
    }

    private async Task UntilClosedAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is IOException or PlaceException or ObjectDisposedException)
        {
            await CloseAsync(e);
        }
    }

    private async Task CloseAsync(Exception why)
    {
        _closed ??= why as PlaceException ?? await _explain();
        _outgoing.Writer.TryComplete();
        foreach (var number in _waiting.Keys)
        {
            if (_waiting.TryRemove(number, out var waiting))
            {
                waiting.TrySetException(_closed);
            }
        }
    }

    private static async Task<SftpReply> ReadAsync(Stream from, CancellationToken cancel)
    {
        var head = new byte[5];
        await from.ReadExactlyAsync(head, cancel);
        var length = BinaryPrimitives.ReadUInt32BigEndian(head);
        if (length is 0 or > LargestReply)
        {
            throw NoServer();
        }

        var fields = new byte[length - 1];
        await from.ReadExactlyAsync(fields, cancel);
        return new((SftpType)head[4], fields);
    }

    private static PlaceException NoServer() => new("what answers there is no sftp server: does a login of the account print something?");
}
