using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Store.Compression;
using Buildit.Store.Fetching;
using Polly;
using Polly.Timeout;

namespace Buildit.Store.Binhosts;

/// <summary>How much is borne with a place. None of it can reach a key.</summary>
public sealed record PlaceLimits
{
    /// <summary>The most that a place which does not work may cost in a run: connecting, waiting for answers, and trying again, all together since it last gave something of use.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Further attempts after a failure that may pass.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Wait before the first retry; doubled (with jitter) for the next.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(150);
}

/// <summary>
/// Patience with a place, and its end: what may pass is tried again for a little while; the first failure that does not pass is told, and from then on the
/// place counts as not there for the rest of the run, without being asked or waited for. All of its methods throw <see cref="PlaceException"/> then.
/// </summary>
public sealed class GuardedPlace : IPlace
{
    // Fewer bytes than these are no sign of life: at 4 KiB/s a place plays dead.
    private const int LeastOfUse = 8 << 10;
    private const int AtOnce = 64;
    private readonly IPlace _inner;
    private readonly PlaceLimits _limits;
    private readonly TimeProvider _clock;
    private readonly Action<string> _failed;
    private readonly WaitBudget _budget;
    private readonly Lazy<ResiliencePipeline> _patience;
    private readonly SemaphoreSlim _turns = new(AtOnce);
    private readonly CancellationTokenSource _end = new();
    private string? _failure;

    /// <param name="inner">The place.</param>
    /// <param name="limits">How much is borne.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="failed">Told why, once.</param>
    public GuardedPlace(IPlace inner, PlaceLimits limits, TimeProvider clock, Action<string> failed)
    {
        (_inner, _limits, _clock, _failed) = (inner, limits, clock, failed);
        _budget = new(limits.Patience, clock);
        _patience = new(() => RetryPolicy.Create(limits, clock, () => _budget.Left));
    }

    /// <inheritdoc/>
    public string Address => _inner.Address;

    /// <inheritdoc/>
    public bool FindsByName => _inner.FindsByName;

    /// <summary>Whether it failed in this run; it is not asked any more.</summary>
    public bool HasFailed => _failure is not null;

    /// <inheritdoc/>
    public async Task<PlaceDocument?> GetAsync(string path, PlaceDocument? known, CancellationToken cancel)
    {
        var document = await RunAsync(stop => _inner.GetAsync(path, known, stop), cancel);
        // Where each record is asked for by its name, it is of use to know that one is not there.
        if (document is null ? FindsByName : path != BinhostLayout.Catalog)
        {
            _budget.Renew();
        }

        return document;
    }

    /// <summary>As <see cref="IPlace.OpenBlobAsync"/>; reading the stream throws <see cref="PlaceException"/> when the place breaks off.</summary>
    public async Task<Stream?> OpenBlobAsync(Digest digest, long offset, CancellationToken cancel)
    {
        // What is opened outlives the attempt to open it, so that it must not end with the attempt's own token.
        return await RunAsync(_ => _inner.OpenBlobAsync(digest, offset, cancel), cancel) is { } stream ? new PlaceStream(stream, this) : null;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<Digest, long?>> FindBlobsAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancel) => RunAsync(stop => _inner.FindBlobsAsync(digests, stop), cancel);

    /// <summary>Gives the place up for this run, because what it sends is of no use.</summary>
    public PlaceException GiveUp(string reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason, null) is null)
        {
            _failed(reason);
            _end.Cancel();
        }

        return new(_failure);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _inner.Dispose();
        _turns.Dispose();
        _end.Dispose();
    }

    private async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        // Who has a thousand questions must not take the place for slow because it is asked so much.
        await _turns.WaitAsync(cancel);
        try
        {
            return await WaitAsync(() => AskAsync(ask, cancel), cancel);
        }
        catch (PlaceException e)
        {
            throw GiveUp(e.Message);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _end.Token);
        // A directory on a dead network file system does not look at tokens.
        return await _patience.Value.ExecuteAsync(async stop => await Task.Run(() => ask(stop), stop).WaitAsync(stop), either.Token);
    }

    /// <summary>Waits for one thing of the place, at the expense of its budget; ends with the place.</summary>
    private async Task<T> WaitAsync<T>(Func<Task<T>> wait, CancellationToken cancel)
    {
        if (_failure is { } known)
        {
            throw new PlaceException(known);
        }

        var since = _clock.GetTimestamp();
        try
        {
            return await wait();
        }
        catch (Exception e) when (e is TimeoutRejectedException or TimeoutException)
        {
            throw GiveUp($"gave nothing within {_limits.Patience.TotalSeconds:0.###} s");
        }
        catch (OperationCanceledException) when (_failure is not null && !cancel.IsCancellationRequested)
        {
            throw new PlaceException(_failure);
        }
        finally
        {
            _budget.Spend(since);
        }
    }

    /// <summary>A stream whose failures are the place's.</summary>
    private sealed class PlaceStream(Stream content, GuardedPlace place) : AsyncReadStream
    {
        private int _sinceRenewal;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                var reading = content.ReadAsync(buffer, cancellationToken);
                var read = reading.IsCompleted
                    ? await reading
                    : await place.WaitAsync(() => reading.AsTask().WaitAsync(place._budget.Left, place._clock, place._end.Token), cancellationToken);
                _sinceRenewal += read;
                if (_sinceRenewal >= LeastOfUse)
                {
                    _sinceRenewal = 0;
                    place._budget.Renew();
                }

                return read;
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
