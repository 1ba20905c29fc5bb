namespace Buildit.Store.Fetching;

/// <summary>A place failed: it cannot be reached, does not answer, or refuses. Not thrown for what is simply not there.</summary>
/// <param name="reason">In words, to be read after the place's name.</param>
/// <param name="mayPass">Whether the same request may succeed a moment later.</param>
/// <param name="retryAfter">How long the place asks to wait before that.</param>
/// <param name="inner">What it was, for those who look for bugs.</param>
public sealed class PlaceException(string reason, bool mayPass = false, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(reason, inner)
{
    /// <summary>Whether the same request may succeed a moment later.</summary>
    public bool MayPass { get; } = mayPass;

    /// <summary>How long the place asks to wait before that.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
