using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Images.ContainerLayers;

/// <summary>One path that a container's steps ask for.</summary>
/// <param name="Entry">What is to be there.</param>
/// <param name="Span">The step that asks for it.</param>
public sealed record ContainerEntry(TreeEntry Entry, SourceSpan Span)
{
    /// <summary>Gives a regular file's bytes.</summary>
    public Func<Stream> Open { get; init; } = () => Stream.Null;

    /// <summary>
    /// Whether mode and owner were asked for. A directory that is only there because files are copied into it leaves those of a package's
    /// directory as they are, as rsync does.
    /// </summary>
    public bool IsDeclared { get; init; } = true;
}

/// <summary>Everything that a container's steps ask for, before it meets the packages: sorted by path, each path once, parents not yet filled in.</summary>
public sealed record ContainerFiles(ImmutableArray<ContainerEntry> Entries)
{
    /// <summary>A container without steps of its own.</summary>
    public static ContainerFiles Empty { get; } = new([]);
}
