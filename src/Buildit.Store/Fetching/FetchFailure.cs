using Buildit.Core;
using Buildit.Store.Compression;

namespace Buildit.Store.Fetching;

/// <summary>One attempt with one address failed. Never leaves this folder: <see cref="FetchReport"/> turns all of them into one message.</summary>
internal sealed class FetchFailure(string reason, bool mayPass = false, TimeSpan? retryAfter = null) : Exception(reason)
{
    /// <summary>Whether the same request may succeed a moment later.</summary>
    public bool MayPass { get; } = mayPass;

    /// <summary>How long to wait before that, if something other than the usual backoff.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Whether the host took too long to connect, which may be its last word or not.</summary>
    public bool IsSlow { get; init; }

    /// <summary>What came instead, if something came whole.</summary>
    public ReceivedContent? Received { get; init; }
}

/// <summary>A whole file that was not the one asked for.</summary>
internal sealed record ReceivedContent(Digest Digest, long Size, ContentKind Kind);

/// <summary>An address (with the secrets that may be in it) and why it did not give the file.</summary>
internal sealed record MirrorFailure(string Url, FetchFailure Failure);
