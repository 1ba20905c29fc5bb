using System.Collections.Immutable;

namespace Buildit.Core.Debian;

/// <summary>
/// Picks one candidate for every dependency. What leaves no choice is taken first, so that a choice is made only when nothing else
/// decides it; then a candidate that is there already wins, then the preferred one, then the first as written that clashes with nothing.
/// </summary>
internal sealed class Selection(CandidateGraph graph, Conflicts conflicts)
{
    private readonly SortedDictionary<string, IndexedPackage> _chosen = new(StringComparer.Ordinal);
    private readonly Stack<IndexedPackage> _forced = new();
    private readonly Queue<Need> _choices = new();

    /// <summary>The roots and everything that they need.</summary>
    public SortedDictionary<string, IndexedPackage> Choose(ImmutableArray<IndexedPackage> roots)
    {
        foreach (var root in roots)
        {
            _chosen[root.Name] = root;
        }

        foreach (var root in roots.DistinctBy(r => r.Name))
        {
            Follow(root);
        }

        TakeForced();
        while (_choices.TryDequeue(out var need))
        {
            if (!IsMet(need))
            {
                Take(Best(need));
                TakeForced();
            }
        }

        return _chosen;
    }

    private void TakeForced()
    {
        while (_forced.TryPop(out var package))
        {
            Take(package);
        }
    }

    private void Take(IndexedPackage package)
    {
        if (_chosen.TryAdd(package.Name, package))
        {
            Follow(package);
        }
    }

    private void Follow(IndexedPackage package)
    {
        foreach (var need in graph.NeedsOf(package).Where(need => !IsMet(need)))
        {
            var possible = Possible(need).Select(c => c.Package.Name).Distinct().Take(2).Count();
            if (possible == 1)
            {
                _forced.Push(Possible(need).First().Package);
            }
            else
            {
                _choices.Enqueue(need);
            }
        }
    }

    private bool IsMet(Need need) => need.Candidates.Any(c => _chosen.ContainsKey(c.Package.Name));

    private IEnumerable<Candidate> Possible(Need need) => need.Candidates.Where(c => graph.WhyBroken(c.Package) is null);

    private IndexedPackage Best(Need need) =>
        Possible(need).Select(c => c.Package).FirstOrDefault(p => !_chosen.Values.Any(other => conflicts.Between(p, other)))
        ?? Possible(need).First().Package;
}
