using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Cli.Why;

/// <summary>What a pattern has matched: files, a library or a package.</summary>
internal enum MatchKind
{
    /// <summary>Files by their paths.</summary>
    Path,

    /// <summary>A library by its soname.</summary>
    Soname,

    /// <summary>A package by its name.</summary>
    Package,
}

/// <summary>Something in an image, and why it is there.</summary>
/// <param name="Kind">What was matched.</param>
/// <param name="Names">The paths, the soname, or the package's name.</param>
/// <param name="Package">The package that brings it; null for the container's own files and what every image has.</param>
/// <param name="Chain">From what the container asks for to the package.</param>
internal sealed record WhyMatch(MatchKind Kind, ImmutableArray<string> Names, Realised? Package, ImmutableArray<RuntimeEdge> Chain)
{
    /// <summary>The container's step that puts files there; null if a package does, or if every image has them.</summary>
    public SourceSpan? Step { get; init; }

    /// <summary>Where a library is.</summary>
    public string? Path { get; init; }

    /// <summary>The files that load a library, and their packages.</summary>
    public ImmutableArray<FileLink> LoadedBy { get; init; } = [];

    /// <summary>Everything that needs a package at run time.</summary>
    public ImmutableArray<RuntimeEdge> NeededBy { get; init; } = [];
}
