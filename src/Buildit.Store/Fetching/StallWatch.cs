namespace Buildit.Store.Fetching;

/// <summary>Breaks off waiting for the network when nothing has come for a while. Time that we spend ourselves (hashing, a slow disk) does not count.</summary>
internal sealed class StallWatch : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationToken _cancel;
    private readonly CancellationTokenSource _stalled;
    private readonly CancellationTokenSource _either;

    public StallWatch(TimeSpan limit, TimeProvider clock, CancellationToken cancel)
    {
        _limit = limit;
        _cancel = cancel;
        _stalled = new(Timeout.InfiniteTimeSpan, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stalled.Token);
    }

    /// <summary>Waits for one thing from the network: an answer, or some bytes.</summary>
    public async Task<T> WaitAsync<T>(Func<CancellationToken, ValueTask<T>> wait)
    {
        _stalled.CancelAfter(_limit);
        try
        {
            return await wait(_either.Token);
        }
        catch (OperationCanceledException) when (_stalled.IsCancellationRequested && !_cancel.IsCancellationRequested)
        {
            throw new FetchFailure($"sent nothing for {_limit.TotalSeconds:0.###} s", mayPass: true);
        }
        finally
        {
            _stalled.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Something moves while it is waited for: our own bytes, which are taken from us one after the other.</summary>
    public void Moved() => _stalled.CancelAfter(_limit);

    public void Dispose()
    {
        _either.Dispose();
        _stalled.Dispose();
    }
}
