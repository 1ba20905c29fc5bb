using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Buildit.Store.Compression;

/// <summary>
/// Reads another stream on a thread of its own, some pieces ahead, so that who makes the bytes and who takes them work at the same time. What goes wrong below is thrown
/// to the reader. Takes the stream over.
/// </summary>
internal sealed class ReadAheadStream : ReadOnlyStream
{
    private const int PieceSize = 1 << 20;
    private const int PiecesAhead = 4;
    private readonly Channel<ArraySegment<byte>> _pieces = Channel.CreateBounded<ArraySegment<byte>>(new BoundedChannelOptions(PiecesAhead) { SingleReader = true, SingleWriter = true });
    private readonly ConcurrentBag<byte[]> _free = [];
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _reading;
    private ArraySegment<byte> _piece;

    public ReadAheadStream(Stream inner) => _reading = Task.Run(() => RunAsync(inner));

    public override int Read(Span<byte> buffer)
    {
        if (_piece.Count == 0 && !buffer.IsEmpty && !Next())
        {
            return 0;
        }

        var count = Math.Min(buffer.Length, _piece.Count);
        _piece.AsSpan(0, count).CopyTo(buffer);
        _piece = _piece[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed.IsCancellationRequested)
        {
            _closed.Cancel();
            _reading.ContinueWith(static _ => { }, TaskScheduler.Default).GetAwaiter().GetResult();
            _closed.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool Next()
    {
        if (_piece.Array is { } read)
        {
            _free.Add(read);
            _piece = default;
        }

        while (!_pieces.Reader.TryRead(out _piece))
        {
            if (!_pieces.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                return false;
            }
        }

        return true;
    }

    private byte[] Free() => _free.TryTake(out var piece) ? piece : new byte[PieceSize];

    private async Task RunAsync(Stream inner)
    {
        try
        {
            await using (inner)
            {
                for (var piece = Free(); inner.ReadAtLeast(piece, PieceSize, throwOnEndOfStream: false) is var count and > 0; piece = Free())
                {
                    await _pieces.Writer.WriteAsync(new(piece, 0, count), _closed.Token);
                }
            }

            _pieces.Writer.Complete();
        }
#pragma warning disable CA1031 // Whatever went wrong reaches the reader.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _pieces.Writer.Complete(e);
        }
    }
}
