using Buildit.Core;
using Buildit.Store.Compression;
using Buildit.Store.Fetching;
using Polly;
using Polly.Timeout;

namespace Buildit.Store.Binhosts;

/// <summary>How much is borne with a place. None of it can reach a key.</summary>
public sealed record PlaceLimits
{
    /// <summary>The most that a place which does not work may cost in a run: connecting, waiting for an answer, and trying again.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Further attempts after a failure that may pass.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Wait before the first retry; doubled (with jitter) for the next.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(150);
}

/// <summary>
/// Patience with a place, and its end: what may pass is tried again for a little while; the first failure that does not pass is told, and from then on the
/// place counts as not there for the rest of the run, without being asked. All of its methods throw <see cref="PlaceException"/> then.
/// </summary>
/// <param name="inner">The place.</param>
/// <param name="limits">How much is borne.</param>
/// <param name="clock">Measures it.</param>
/// <param name="failed">Told why, once.</param>
public sealed class GuardedPlace(IPlace inner, PlaceLimits limits, TimeProvider clock, Action<string> failed) : IPlace
{
    private readonly Lazy<ResiliencePipeline> _patience = new(() => RetryPolicy.Create(limits, clock));
    private string? _failure;

    /// <inheritdoc/>
    public string Address => inner.Address;

    /// <inheritdoc/>
    public bool FindsByName => inner.FindsByName;

    /// <summary>Whether it failed in this run; it is not asked any more.</summary>
    public bool HasFailed => _failure is not null;

    /// <inheritdoc/>
    public Task<PlaceDocument?> GetAsync(string path, PlaceDocument? known, CancellationToken cancel) => RunAsync(stop => inner.GetAsync(path, known, stop), cancel);

    /// <summary>As <see cref="IPlace.OpenBlobAsync"/>; reading the stream throws <see cref="PlaceException"/> when the place breaks off.</summary>
    public async Task<Stream?> OpenBlobAsync(Digest digest, long offset, CancellationToken cancel)
    {
        // What is opened outlives the attempt to open it, so that it must not end with the attempt's own token.
        return await RunAsync(_ => inner.OpenBlobAsync(digest, offset, cancel), cancel) is { } stream ? new PlaceStream(stream) : null;
    }

    /// <inheritdoc/>
    public Task<IReadOnlySet<Digest>> FindBlobsAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancel) => RunAsync(stop => inner.FindBlobsAsync(digests, stop), cancel);

    /// <summary>Gives the place up for this run, because what it sends is of no use.</summary>
    public PlaceException GiveUp(string reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason, null) is null)
        {
            failed(reason);
        }

        return new(_failure);
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    private async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        if (_failure is { } known)
        {
            throw new PlaceException(known);
        }

        try
        {
            // A directory on a dead network file system does not look at tokens.
            return await _patience.Value.ExecuteAsync(async stop => await Task.Run(() => ask(stop), stop).WaitAsync(stop), cancel);
        }
        catch (PlaceException e)
        {
            throw GiveUp(e.Message);
        }
        catch (TimeoutRejectedException)
        {
            throw GiveUp($"did not answer within {limits.Patience.TotalSeconds:0.###} s");
        }
    }

    /// <summary>A stream whose failures are the place's.</summary>
    private sealed class PlaceStream(Stream content) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer) => throw new NotSupportedException("read it asynchronously");

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await content.ReadAsync(buffer, cancellationToken);
            }
            catch (FetchFailure e)
            {
                throw new PlaceException(e.Message, e.MayPass, inner: e);
            }
            catch (IOException e)
            {
                throw new PlaceException(e.Message.TrimEnd('.'), mayPass: true, inner: e);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                content.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
