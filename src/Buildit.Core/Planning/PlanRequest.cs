using System.Collections.Immutable;
using Buildit.Core.Graphs;
using Buildit.Core.Records;

namespace Buildit.Core.Planning;

/// <summary>What a build is asked for.</summary>
public sealed record PlanRequest
{
    /// <summary>Packages whose outputs are wanted.</summary>
    public required ImmutableArray<Package> Packages { get; init; }

    /// <summary>How much of them is wanted.</summary>
    public Need Need { get; init; } = Need.Build;

    /// <summary>Whether everything that they need at run time is wanted as much: they go into an image.</summary>
    public bool WithRuntime { get; init; }

    /// <summary>Names of packages that are left out of what <see cref="Packages"/> need at run time.</summary>
    public IReadOnlySet<string> Excluded { get; init; } = ImmutableHashSet<string>.Empty;

    /// <summary>Packages that must be there with their companions for anything to be built: the sandbox.</summary>
    public ImmutableArray<Package> BuildTools { get; init; } = [];

    /// <summary>Packages that must be there with their companions in any case.</summary>
    public ImmutableArray<Package> Tools { get; init; } = [];

    /// <summary>Whether packages are built though they are there.</summary>
    public bool Rebuild { get; init; }

    /// <summary>All packages that can play a part: what to ask about at once.</summary>
    public PackageGraph Graph => PackageGraph.Of([.. Packages, .. BuildTools, .. Tools]);
}
