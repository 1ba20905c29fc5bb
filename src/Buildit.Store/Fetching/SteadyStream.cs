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
internal sealed class SteadyStream(Stream content, IDisposable? owner, StallWatch watch, TimeSpan window, long least, TimeProvider clock) : AsyncReadStream
{
    // In the time of a stall: 4 KiB/s in the two seconds of a binhost that is read.
    private const int Least = 8 << 10;
    private long _windowStart = clock.GetTimestamp();
    private long _inWindow;

    /// <summary>A body, with as much patience as there is with a stall.</summary>
    /// <param name="content">The body; disposed of with this, as are its owner and the watch.</param>
    /// <param name="owner">Closed with it.</param>
    /// <param name="watch">Patience with a single read.</param>
    /// <param name="patience">How long nothing may come.</param>
    /// <param name="clock">Measures it.</param>
    public static SteadyStream Of(Stream content, IDisposable? owner, StallWatch watch, TimeSpan patience, TimeProvider clock) => new(content, owner, watch, patience, Least, clock);

    /// <summary>The body of an answer, which is disposed of with it, as is the watch.</summary>
    public static async Task<SteadyStream> OfAsync(HttpResponseMessage response, StallWatch watch, FetchOptions options, TimeProvider clock, CancellationToken cancel) =>
        Of(await response.Content.ReadAsStreamAsync(cancel), response, watch, options.StallTimeout, clock);

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
