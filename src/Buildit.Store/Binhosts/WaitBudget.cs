namespace Buildit.Store.Binhosts;

/// <summary>
/// What is left of the patience with a place: all waiting for it counts, waiting for several things at once only once, until it gives something of use; then it starts anew.
/// So one that answers each request a little before the end of all patience costs no more than one that never answers.
/// </summary>
/// <param name="patience">All of it.</param>
/// <param name="clock">Measures it.</param>
internal sealed class WaitBudget(TimeSpan patience, TimeProvider clock)
{
    // No time at all means no limit to some who take a time.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);
    private readonly Lock _lock = new();
    private TimeSpan _spent;
    private long _countedUntil = long.MinValue;

    /// <summary>How long may still be waited; never nothing.</summary>
    public TimeSpan Left
    {
        get
        {
            lock (_lock)
            {
                return _spent + Least < patience ? patience - _spent : Least;
            }
        }
    }

    /// <summary>Notes a wait that ends now.</summary>
    /// <param name="since">When it began, by the clock's timestamp.</param>
    public void Spend(long since)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            _spent += clock.GetElapsedTime(Math.Max(since, _countedUntil), now);
            _countedUntil = now;
        }
    }

    /// <summary>The place gave something of use.</summary>
    public void Renew()
    {
        lock (_lock)
        {
            (_spent, _countedUntil) = (TimeSpan.Zero, clock.GetTimestamp());
        }
    }
}
