namespace Buildit.Store.Fetching;

/// <summary>Limits of fetching. None of them can reach a key.</summary>
public sealed record FetchOptions
{
    /// <summary>Name, TCP and TLS together. A host that takes longer is left alone for the rest of the process, unless no other address has the file.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The same for the hosts that were too slow, when nobody else has the file: a busy machine may need so long. The most that a dead host can cost.</summary>
    public TimeSpan PatientConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A transfer that gives no byte for this long is broken off (and resumed). There is no limit to the whole: files may be large, and lines slow.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Further attempts with one mirror after a failure that may pass.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Wait before the first retry; doubled (with jitter) for each further one.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>No wait is longer, whatever a server's <c>Retry-After</c> says.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Downloads at the same time.</summary>
    public int Parallel { get; init; } = 8;

    /// <summary>Redirections followed for one request.</summary>
    public int MaxRedirects { get; init; } = 10;

    /// <summary>No download may be larger.</summary>
    public long MaxBytes { get; init; } = 20L << 30;

    /// <summary>The proxy for an address (it may hold user:password), or null for none. Not set: no proxy at all, the environment is not asked.</summary>
    public Func<Uri, Uri?>? Proxy { get; init; }
}
