using System.Collections.Immutable;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;

namespace Buildit.Core.Diagrams;

/// <summary>Makes diagrams of graphs.</summary>
/// <param name="sizes">Bytes of a package's files; null if it is not in the store.</param>
public sealed class DiagramMaker(Func<Package, long?> sizes)
{
    private const string ContainerId = "container";

    /// <summary>What packages are built from.</summary>
    /// <param name="title">What is shown.</param>
    /// <param name="graph">All packages that can be shown.</param>
    /// <param name="asked">What a container asks for, with the places; empty for a package.</param>
    /// <param name="isWhole">Whether distribution packages are shown, too, that only other distribution packages name.</param>
    public Diagram OfBuild(string title, PackageGraph graph, IReadOnlyCollection<(Package Package, NeedReason Reason)> asked, bool isWhole)
    {
        var named = graph.Packages.Where(p => p is not Package.Imported).SelectMany(PackageGraph.DependenciesOf).Select(d => d.Package).Concat(asked.Select(a => a.Package)).Select(p => p.Key).ToHashSet();
        var shown = graph.Packages.Where(p => isWhole || p is not Package.Imported || named.Contains(p.Key)).ToArray();
        var ids = Ids(shown);
        var edges = shown.Where(p => isWhole || p is not Package.Imported)
            .SelectMany(p => PackageGraph.DependenciesOf(p).Select(d => new DiagramEdge(ids[p.Key], ids[d.Package.Key], Word(d.Role))))
            .Concat(asked.Select(a => new DiagramEdge(ContainerId, ids[a.Package.Key], "asks") { Reasons = [a.Reason] }));
        return Sorted(title, [.. shown.Select(p => Node(ids[p.Key], p))], [.. edges.Distinct()], asked.Count > 0);
    }

    /// <summary>What is at run time, and why.</summary>
    /// <param name="title">What is shown.</param>
    /// <param name="graph">The packages and reasons.</param>
    /// <param name="isContainer">Whether it is a container's.</param>
    public Diagram OfRuntime(string title, RuntimeGraph graph, bool isContainer)
    {
        var edges = graph.Edges.Where(e => isContainer || e.From != RuntimeGraph.Container)
            .Select(e => new DiagramEdge(e.From == RuntimeGraph.Container ? ContainerId : e.From, e.To, e.Reasons.Any(r => r.Kind == ReasonKind.Asked) ? "asks" : "needs") { Reasons = e.Reasons });
        return Sorted(title, [.. graph.Packages.Select(p => Node(p.Package.Name, p.Package))], [.. edges], isContainer);
    }

    private static Diagram Sorted(string title, IEnumerable<DiagramNode> nodes, IEnumerable<DiagramEdge> edges, bool isContainer)
    {
        IEnumerable<DiagramNode> container = isContainer ? [new(ContainerId, NodeKind.Container, title, "")] : [];
        return new(
            title,
            [.. container.Concat(nodes).OrderBy(n => n.Id, StringComparer.Ordinal)],
            [.. edges.OrderBy(e => e.From, StringComparer.Ordinal).ThenBy(e => e.To, StringComparer.Ordinal).ThenBy(e => e.Kind, StringComparer.Ordinal)]);
    }

    private static Dictionary<RecipeKey, string> Ids(IReadOnlyCollection<Package> packages)
    {
        var names = packages.CountBy(p => p.Name).ToDictionary(StringComparer.Ordinal);
        return packages.ToDictionary(p => p.Key, p => names[p.Name] == 1 ? p.Name : $"{p.Name}@{p.Key.Uuid[..8]}");
    }

    private DiagramNode Node(string id, Package package) => new(id, KindOf(package), package.Name, package.Version)
    {
        Hash = package.Key.Uuid,
        Summary = (package as Package.Built)?.Recipe.Summary,
        Bytes = sizes(package),
        DebBytes = (package as Package.Imported)?.Pin.Size,
    };

    private static NodeKind KindOf(Package package) => package switch { Package.Built => NodeKind.Recipe, Package.Group => NodeKind.Group, _ => NodeKind.Debian };

    private static string Word(Role role) => role switch
    {
        Role.Tool => "tools",
        Role.Lib => "libs",
        Role.Runtime => "runtime",
        Role.Test => "test",
        Role.Member => "member",
        Role.Depends => "debian",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
