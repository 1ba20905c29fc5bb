namespace Buildit.Store.Fetching;

/// <summary>A cancellation token that fires when nothing has happened for a while, or when the caller cancels.</summary>
internal sealed class StallWatch : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _stalled;
    private readonly CancellationTokenSource _either;

    public StallWatch(TimeSpan limit, TimeProvider clock, CancellationToken cancel)
    {
        _limit = limit;
        _stalled = new(limit, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stalled.Token);
    }

    public CancellationToken Token => _either.Token;

    public bool Stalled => _stalled.IsCancellationRequested;

    public FetchFailure Failure => new($"sent nothing for {_limit.TotalSeconds:0.###} s", mayPass: true);

    /// <summary>Something happened: the time starts anew.</summary>
    public void Reset() => _stalled.CancelAfter(_limit);

    public void Dispose()
    {
        _either.Dispose();
        _stalled.Dispose();
    }
}
