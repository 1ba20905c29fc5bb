using System.Collections.Immutable;

namespace Buildit.Build.Engine;

/// <summary>How to build. Nothing here reaches a key.</summary>
public sealed record EngineOptions
{
    /// <summary>$JOBS of a build.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Builds at one time.</summary>
    public int ParallelBuilds { get; init; } = 2;

    /// <summary>After a target that failed, go on with the next one.</summary>
    public bool KeepGoing { get; init; }

    /// <summary>Build packages though they are there.</summary>
    public bool Rebuild { get; init; }

    /// <summary>Base addresses that may have any source by its file name, tried after the recipe's own.</summary>
    public ImmutableArray<string> SourceMirrors { get; init; } = [];

    /// <summary>Open no connection.</summary>
    public bool Offline { get; init; }

    /// <summary>Build nothing: what no binhost has, under a signature that counts, is an error.</summary>
    public bool RequireBinhost { get; init; }

    /// <summary>Keep the work directory of a failed build.</summary>
    public bool KeepFailed { get; init; }

    /// <summary>Who looks into actions that failed; null = nobody.</summary>
    public IFailureViewer? OnFailure { get; init; }
}
