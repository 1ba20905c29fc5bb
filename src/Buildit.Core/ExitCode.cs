namespace Buildit.Core;

/// <summary>What the process tells its caller. The numbers are part of the interface: see docs/cli.md.</summary>
public enum ExitCode
{
    /// <summary>Everything asked for is there.</summary>
    Ok = 0,

    /// <summary>A package or a test failed.</summary>
    Failed = 1,

    /// <summary>The command line or an input file is wrong.</summary>
    InvalidInput = 2,

    /// <summary>No such package, version or platform, or no set of versions fits together.</summary>
    Unresolvable = 3,

    /// <summary>A download failed, or gave other bytes than were asked for.</summary>
    FetchFailed = 4,

    /// <summary>Two builds of the same input gave different bytes.</summary>
    NotReproducible = 5,

    /// <summary>Something was not signed by a trusted key.</summary>
    TrustRefused = 6,

    /// <summary>Locked or offline, and something is missing.</summary>
    Missing = 7,

    /// <summary>The store or the disk.</summary>
    StoreFailed = 8,

    /// <summary>A bug in buildit.</summary>
    Bug = 70,

    /// <summary>Ctrl-C or SIGTERM.</summary>
    Interrupted = 130,
}
