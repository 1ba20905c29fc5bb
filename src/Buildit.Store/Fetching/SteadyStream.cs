using System.Globalization;
using Buildit.Store.Compression;

namespace Buildit.Store.Fetching;

/// <summary>
/// A body from the network that must keep coming: it breaks off where nothing comes for the watch's time, and where so little comes that it is no different from nothing.
/// Every way to fail becomes a <see cref="FetchFailure"/>. Takes the body, its owner and the watch over.
/// </summary>
/// <param name="content">The body.</param>
/// <param name="owner">Closed with it.</param>
/// <param name="watch">Patience with a single read.</param>
/// <param name="window">Over which the rate is measured.</param>
/// <param name="least">Bytes that must come in each window.</param>
/// <param name="clock">Measures the windows.</param>
internal sealed class SteadyStream(Stream content, IDisposable? owner, StallWatch watch, TimeSpan window, long least, TimeProvider clock) : ReadOnlyStream
{
    private long _windowStart = clock.GetTimestamp();
    private long _inWindow;

    public override int Read(Span<byte> buffer) => throw new NotSupportedException("read it asynchronously");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await watch.WaitAsync(token => content.ReadAsync(buffer, token));
            Note(read);
            return read;
        }
        catch (FetchFailure e) when (e.MayPass)
        {
            // A stall: to ask again would only mean to wait again.
            throw new FetchFailure(e.Message);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new FetchFailure($"broke off: {e.GetBaseException().Message.TrimEnd('.')}", mayPass: true);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            owner?.Dispose();
            watch.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Note(int read)
    {
        _inWindow += read;
        if (_inWindow >= least)
        {
            (_windowStart, _inWindow) = (clock.GetTimestamp(), 0);
        }
        else if (read > 0 && clock.GetElapsedTime(_windowStart) > window)
        {
            throw new FetchFailure(string.Create(CultureInfo.InvariantCulture, $"sent only {_inWindow} bytes in {window.TotalSeconds:0.###} s"));
        }
    }
}
