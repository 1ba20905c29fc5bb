namespace Buildit.Build.Engine;

/// <summary>How to build. Nothing here reaches a key.</summary>
public sealed record EngineOptions
{
    /// <summary>$JOBS of a build.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Builds at one time.</summary>
    public int ParallelBuilds { get; init; } = 2;

    /// <summary>Go on with what does not depend on a failure.</summary>
    public bool KeepGoing { get; init; }

    /// <summary>Build these packages though they are there; by key.</summary>
    public bool Rebuild { get; init; }

    /// <summary>Open no connection.</summary>
    public bool Offline { get; init; }

    /// <summary>Keep the work directory of a failed build.</summary>
    public bool KeepFailed { get; init; }
}
