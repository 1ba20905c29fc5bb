using System.Collections.Immutable;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Debian;

/// <summary>Finds packages that say (Conflicts, Breaks) that they cannot be beside each other.</summary>
internal static class ConflictCheck
{
    /// <summary>Reports every pair in the lock that clashes, and what asked for each.</summary>
    public static void Run(
        PackagesLock locked, SortedDictionary<string, IndexedPackage> chosen, string architecture, ImmutableArray<IndexedPackage> roots, DiagnosticBag problems)
    {
        var packages = locked.Packages.Keys.Select(name => chosen[name]).ToArray();
        foreach (var package in packages.Where(p => p.Conflicts.Length > 0))
        {
            var relations = RelationsOf(package, architecture);
            foreach (var other in packages.Where(o => o.Name != package.Name))
            {
                if (relations.FirstOrDefault(r => IsMeant(r, other, architecture)) is { } relation)
                {
                    var chains = $"{Chain(locked, roots, package.Name)}\n{Chain(locked, roots, other.Name)}";
                    problems.Add(new($"'{package.Name}' {package.Version} cannot be beside '{other.Name}' {other.Version}: it conflicts with {relation}") { Detail = chains });
                }
            }
        }
    }

    /// <summary>The relation by which one of two packages rules the other out, or null.</summary>
    public static Relation? Clash(IndexedPackage a, IndexedPackage b, string architecture) =>
        a.Name == b.Name ? null
        : RelationsOf(a, architecture).FirstOrDefault(r => IsMeant(r, b, architecture))
        ?? RelationsOf(b, architecture).FirstOrDefault(r => IsMeant(r, a, architecture));

    private static ImmutableArray<Relation> RelationsOf(IndexedPackage package, string architecture) =>
        package.Conflicts.Length == 0 ? [] : [.. Dependency.ParseList(package.Conflicts, architecture).SelectMany(d => d.Alternatives)];

    private static bool IsMeant(Relation relation, IndexedPackage other, string architecture) =>
        (other.Name == relation.Name && relation.Admits(other.Version))
        || (other.Provides.Contains(relation.Name, StringComparison.Ordinal)
            && Dependency.ParseList(other.Provides, architecture).SelectMany(d => d.Alternatives).Any(p => p.Name == relation.Name && IsProvidedAs(relation, p, other)));

    private static bool IsProvidedAs(Relation relation, Relation provided, IndexedPackage other) =>
        CandidateGraph.IsProvidedBy(relation, new(other, provided.Operator == VersionOperator.Equal ? provided.Version : null));

    /// <summary>A shortest way from a root to the package.</summary>
    private static string Chain(PackagesLock locked, ImmutableArray<IndexedPackage> roots, string name)
    {
        var cameFrom = new Dictionary<string, string?>(StringComparer.Ordinal);
        var open = new Queue<string>();
        foreach (var root in roots.Where(r => cameFrom.TryAdd(r.Name, null)))
        {
            open.Enqueue(root.Name);
        }

        while (!cameFrom.ContainsKey(name) && open.TryDequeue(out var at))
        {
            foreach (var next in locked.Packages[at].Depends.Where(next => cameFrom.TryAdd(next, at)))
            {
                open.Enqueue(next);
            }
        }

        var chain = new List<string>();
        for (string? at = name; at is not null; at = cameFrom[at])
        {
            chain.Insert(0, at);
        }

        return "debian/" + string.Join(" -> ", chain);
    }
}
