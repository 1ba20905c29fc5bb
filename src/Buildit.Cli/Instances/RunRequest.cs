using System.Collections.Immutable;
using System.Net;
using Buildit.Cli.Locks;
using Buildit.Images.Instances;

namespace Buildit.Cli.Instances;

/// <summary>What 'buildit run' was told.</summary>
/// <param name="Start">Absolute directory that paths count from.</param>
/// <param name="Image">The image, as it was written.</param>
/// <param name="Arguments">What is to be run instead of the image's default arguments; none = those.</param>
internal sealed record RunRequest(string Start, string Image, ImmutableArray<string> Arguments)
{
    /// <summary>What may be looked up.</summary>
    public required LookupPolicy Lookups { get; init; }

    /// <summary>Ports of this machine, and those inside that they lead to.</summary>
    public ImmutableArray<(IPEndPoint Place, int Port)> Ports { get; init; } = [];

    /// <summary>Directories and files of this machine.</summary>
    public ImmutableArray<HostMount> Mounts { get; init; } = [];

    /// <summary>Added to the image's environment.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Who runs it; null = as the image says, but never root.</summary>
    public string? User { get; init; }

    /// <summary>Program that is run instead of the image's entry point; empty = none.</summary>
    public string? Entrypoint { get; init; }

    /// <summary>What it may use up.</summary>
    public InstanceLimits Limits { get; init; } = new(null, null, null);

    /// <summary>Whether the root can be written to.</summary>
    public bool IsWritable { get; init; }

    /// <summary>Where to write a bundle, which then is not run; null = nowhere.</summary>
    public string? Bundle { get; init; }
}
