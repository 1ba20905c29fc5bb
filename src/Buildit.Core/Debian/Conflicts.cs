using System.Collections.Immutable;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Debian;

/// <summary>Finds packages that say (Conflicts, Breaks) that they cannot be beside each other.</summary>
internal sealed class Conflicts(string architecture)
{
    private readonly Dictionary<string, ImmutableArray<Relation>> _relations = new(StringComparer.Ordinal);

    /// <summary>Reports every pair that clashes, and what asked for each.</summary>
    public void Check(PackagesLock locked, IReadOnlyList<IndexedPackage> packages, ImmutableArray<IndexedPackage> roots, DiagnosticBag problems)
    {
        for (var i = 0; i < packages.Count; i++)
        {
            for (var j = i + 1; j < packages.Count; j++)
            {
                if (Find(packages[i], packages[j]) is { } clash)
                {
                    problems.Add(new($"'{clash.By.Name}' {clash.By.Version} cannot be beside '{clash.With.Name}' {clash.With.Version}: it conflicts with {clash.Relation}")
                    {
                        Detail = $"{Chain(locked, roots, clash.By.Name)}\n{Chain(locked, roots, clash.With.Name)}",
                    });
                }
            }
        }
    }

    /// <summary>Whether two different packages cannot be together.</summary>
    public bool Between(IndexedPackage a, IndexedPackage b) => Find(a, b) is not null;

    private (IndexedPackage By, IndexedPackage With, Relation Relation)? Find(IndexedPackage a, IndexedPackage b) =>
        a.Name == b.Name ? null
        : RuledOut(a, b) is { } first ? (a, b, first)
        : RuledOut(b, a) is { } second ? (b, a, second)
        : null;

    private Relation? RuledOut(IndexedPackage by, IndexedPackage other) =>
        by.Conflicts.Length == 0 ? null : Parse(by.Conflicts).FirstOrDefault(r => IsMeant(r, other));

    private bool IsMeant(Relation relation, IndexedPackage other) =>
        (other.Name == relation.Name && relation.Admits(other.Version))
        || (other.Provides.Length > 0 && Parse(other.Provides).Any(p => p.Name == relation.Name && CandidateGraph.IsProvidedBy(relation, Provider.Of(other, p))));

    // Each pair is looked at: the same fields come again and again.
    private ImmutableArray<Relation> Parse(string field)
    {
        if (!_relations.TryGetValue(field, out var relations))
        {
            relations = [.. Dependency.ParseList(field, architecture).SelectMany(d => d.Alternatives)];
            _relations.Add(field, relations);
        }

        return relations;
    }

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
