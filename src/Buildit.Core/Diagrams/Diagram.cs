using System.Collections.Immutable;
using Buildit.Core.Graphs;

namespace Buildit.Core.Diagrams;

/// <summary>A graph as it is shown: packages as nodes, what they have each other for as edges. All forms of it are made from this.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Nodes">Sorted by id.</param>
/// <param name="Edges">Sorted by their ends and kind.</param>
public sealed record Diagram(string Title, ImmutableArray<DiagramNode> Nodes, ImmutableArray<DiagramEdge> Edges);

/// <summary>A node.</summary>
/// <param name="Id">Tells it from all others: the package's name, with the beginning of its key where two have one name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">For people.</param>
/// <param name="Version">May be empty.</param>
public sealed record DiagramNode(string Id, NodeKind Kind, string Name, string Version)
{
    /// <summary>HASH of the package; null for a container.</summary>
    public string? Hash { get; init; }

    /// <summary>One line about it, if its recipe has one.</summary>
    public string? Summary { get; init; }

    /// <summary>Bytes of its files that go into an image, or of all its files in a build graph; null if it is not in the store.</summary>
    public long? Bytes { get; init; }

    /// <summary>Bytes of its .deb; null for anything else.</summary>
    public long? DebBytes { get; init; }
}

/// <summary>An edge.</summary>
/// <param name="From">Id of the node that needs something.</param>
/// <param name="To">Id of the node that is needed.</param>
/// <param name="Kind">What for, in one word: <c>tools</c>, <c>libs</c>, <c>runtime</c>, <c>test</c>, <c>member</c>, <c>debian</c>, <c>asks</c>, or <c>needs</c> where the reasons say it.</param>
public sealed record DiagramEdge(string From, string To, string Kind)
{
    /// <summary>Why; empty in a build graph.</summary>
    public ImmutableArray<NeedReason> Reasons { get; init; } = [];
}

/// <summary>What a node is.</summary>
public enum NodeKind
{
    /// <summary>A container.</summary>
    Container,

    /// <summary>A package that is built from source.</summary>
    Recipe,

    /// <summary>Needs, links and files under one name.</summary>
    Group,

    /// <summary>A distribution package.</summary>
    Debian,
}
