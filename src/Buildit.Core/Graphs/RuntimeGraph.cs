using System.Collections.Immutable;
using Buildit.Core.Trees;

namespace Buildit.Core.Graphs;

/// <summary>One package that needs another one at run time, and why.</summary>
/// <param name="From">Name of the package that needs it; empty for the container itself.</param>
/// <param name="To">Name of the package that is needed.</param>
/// <param name="Reasons">At least one.</param>
public sealed record RuntimeEdge(string From, string To, ImmutableArray<NeedReason> Reasons);

/// <summary>The packages of an image and why each is there: what is asked for, what records say, what files show.</summary>
/// <param name="Packages">Sorted by name.</param>
/// <param name="Edges">Sorted by name.</param>
public sealed record RuntimeGraph(ImmutableArray<Realised> Packages, ImmutableArray<RuntimeEdge> Edges)
{
    /// <summary>Stands for the container where a package's name is expected.</summary>
    public const string Container = "";

    /// <summary>Puts together what is known.</summary>
    /// <param name="closure">The packages.</param>
    /// <param name="asked">What is asked for, and where.</param>
    /// <param name="links">What the files show.</param>
    public static RuntimeGraph Of(RuntimeClosure closure, IEnumerable<(Package Package, NeedReason Reason)> asked, IEnumerable<FileLink> links)
    {
        var standIns = StandIns(closure);
        var edges = asked.Select(a => (From: Container, To: a.Package.Name, a.Reason)).Concat(Declared(closure)).Concat(Shown(links)).Concat(Recorded(closure))
            .Select(e => e with { To = standIns.GetValueOrDefault(e.To, e.To) })
            .Where(e => e.From != e.To && !closure.Excluded.Contains(e.To))
            .GroupBy(e => (e.From, e.To))
            .OrderBy(g => g.Key.From, StringComparer.Ordinal).ThenBy(g => g.Key.To, StringComparer.Ordinal)
            .Select(g => new RuntimeEdge(g.Key.From, g.Key.To, Merged([.. g.Select(e => e.Reason)])));
        return new(closure.Packages, [.. edges]);
    }

    /// <summary>The shortest way from what is asked for to a package: the first edge leaves the container. Empty if there is none.</summary>
    public ImmutableArray<RuntimeEdge> ChainTo(string package)
    {
        var from = Edges.ToLookup(e => e.From, StringComparer.Ordinal);
        var reachedBy = new Dictionary<string, RuntimeEdge?>(StringComparer.Ordinal) { [Container] = null };
        var waiting = new Queue<string>([Container]);
        while (!reachedBy.ContainsKey(package) && waiting.TryDequeue(out var name))
        {
            foreach (var edge in from[name].Where(e => reachedBy.TryAdd(e.To, e)))
            {
                waiting.Enqueue(edge.To);
            }
        }

        var chain = new Stack<RuntimeEdge>();
        for (var edge = reachedBy.GetValueOrDefault(package); edge is not null; edge = reachedBy[edge.From])
        {
            chain.Push(edge);
        }

        return [.. chain];
    }

    private static Dictionary<string, string> StandIns(RuntimeClosure closure)
    {
        var standIns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (package, _) in closure.Packages)
        {
            foreach (var replaced in package.Replaces)
            {
                standIns.TryAdd(replaced, package.Name);
            }
        }

        return standIns;
    }

    private static IEnumerable<(string From, string To, NeedReason Reason)> Declared(RuntimeClosure closure)
    {
        foreach (var (package, record) in closure.Packages)
        {
            var recorded = RuntimeNeeds.Of(package, record).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var (needed, role) in PackageGraph.DependenciesOf(package).Where(d => recorded.Contains(d.Package.Name)))
            {
                var kind = role switch { Role.Runtime => ReasonKind.Declared, Role.Member => ReasonKind.Member, Role.Depends => ReasonKind.Debian, _ => (ReasonKind?)null };
                if (kind is { } known)
                {
                    yield return (package.Name, needed.Name, NeedReason.Of(known));
                }
            }
        }
    }

    private static IEnumerable<(string From, string To, NeedReason Reason)> Recorded(RuntimeClosure closure) =>
        closure.Packages.SelectMany(p => RuntimeNeeds.Of(p.Package, p.Record).Select(n => (p.Package.Name, n.Name, NeedReason.Of(ReasonKind.Recorded))));

    private static IEnumerable<(string From, string To, NeedReason Reason)> Shown(IEnumerable<FileLink> links) =>
        links.Where(l => l.ProviderOwner is not null).Select(l => (l.Owner ?? Container, l.ProviderOwner!, new NeedReason(l.Kind, l.What, l.File.Length == 0 ? [] : [l.File])));

    /// <summary>Each reason once, with all its files. That it was recorded says something only if nothing else does.</summary>
    private static ImmutableArray<NeedReason> Merged(IReadOnlyCollection<NeedReason> reasons)
    {
        var merged = reasons.GroupBy(r => (r.Kind, r.What)).OrderBy(g => g.Key.Kind).ThenBy(g => g.Key.What, StringComparer.Ordinal)
            .Select(g => new NeedReason(g.Key.Kind, g.Key.What, [.. g.SelectMany(r => r.Files).Distinct(StringComparer.Ordinal).Order(PathOrder.Instance)]))
            .ToArray();
        return [.. merged.Where(r => r.Kind != ReasonKind.Recorded || merged.Length == 1)];
    }
}
