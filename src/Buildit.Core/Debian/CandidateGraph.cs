using System.Collections.Immutable;

namespace Buildit.Core.Debian;

/// <summary>A package that would meet a dependency, and the alternative by which it does.</summary>
internal readonly record struct Candidate(Relation Relation, IndexedPackage Package);

/// <summary>A dependency of a package and everything in the index that would meet it, best first.</summary>
internal sealed record Need(Dependency Dependency, ImmutableArray<Candidate> Candidates);

/// <summary>
/// All packages that could come into question for some roots, whatever alternatives are taken, and which of them can never be installed
/// because something that they need cannot be met. Knowing that beforehand makes choosing between alternatives a walk without way back.
/// </summary>
internal sealed class CandidateGraph
{
    private readonly PackageIndex _index;
    private readonly Distribution _distribution;
    private readonly SortedDictionary<string, ImmutableArray<Need>> _needs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Need> _broken = new(StringComparer.Ordinal);

    public CandidateGraph(PackageIndex index, Distribution distribution, IEnumerable<IndexedPackage> roots)
    {
        _index = index;
        _distribution = distribution;
        Explore(roots);
        FindBroken();
    }

    /// <summary>What a package asks for, in the order of its control file.</summary>
    public ImmutableArray<Need> NeedsOf(IndexedPackage package) => _needs[package.Name];

    /// <summary>The dependency that keeps a package from ever being installed, or null if it can be.</summary>
    public Need? WhyBroken(IndexedPackage package) => _broken.GetValueOrDefault(package.Name);

    private void Explore(IEnumerable<IndexedPackage> roots)
    {
        var open = new Stack<IndexedPackage>(roots);
        while (open.TryPop(out var package))
        {
            if (_needs.ContainsKey(package.Name))
            {
                continue;
            }

            var needs = FindNeeds(package);
            _needs.Add(package.Name, needs);
            foreach (var candidate in needs.SelectMany(n => n.Candidates))
            {
                open.Push(candidate.Package);
            }
        }
    }

    // An ignored name is taken to be there already, which meets the whole dependency.
    private ImmutableArray<Need> FindNeeds(IndexedPackage package) =>
    [
        .. Dependency.ParseList(package.Depends, _index.Architecture)
            .Where(d => !d.Alternatives.Any(r => _distribution.Ignore.Contains(r.Name)))
            .Select(d => new Need(d, FindCandidates(d))),
    ];

    private ImmutableArray<Candidate> FindCandidates(Dependency dependency)
    {
        var preferred = dependency.Alternatives.Select(r => _distribution.Prefer.GetValueOrDefault(r.Name)).OfType<string>().ToArray();
        return [.. dependency.Alternatives.SelectMany(Admitted).OrderBy(c => preferred.Contains(c.Package.Name) ? 0 : 1)];
    }

    /// <summary>The package of that name first, then those that provide it, by name.</summary>
    private IEnumerable<Candidate> Admitted(Relation relation)
    {
        if (relation.Qualifier is not (null or "any" or "native") && relation.Qualifier != _index.Architecture)
        {
            yield break;
        }

        if (_index.Find(relation.Name) is { } real && relation.Admits(real.Version))
        {
            yield return new(relation, real);
        }

        foreach (var provider in _index.ProvidersOf(relation.Name).Where(p => IsProvidedBy(relation, p)))
        {
            yield return new(relation, provider.Package);
        }
    }

    /// <summary>A limit on versions is met only by a provider that says which version it stands for (Debian Policy 7.5).</summary>
    public static bool IsProvidedBy(Relation relation, Provider provider) =>
        provider.Version is null ? relation.Operator == VersionOperator.Any : relation.Admits(provider.Version);

    /// <summary>Takes away what cannot be met until nothing changes. What is left holds itself up, cycles included.</summary>
    private void FindBroken()
    {
        var users = _needs.SelectMany(n => n.Value.SelectMany(need => need.Candidates.Select(c => (Of: c.Package.Name, By: n.Key, Need: need))))
            .ToLookup(u => u.Of, StringComparer.Ordinal);
        var open = new Queue<string>();
        foreach (var (name, needs) in _needs)
        {
            MarkIfUnmet(name, needs, open);
        }

        while (open.TryDequeue(out var broken))
        {
            foreach (var user in users[broken])
            {
                MarkIfUnmet(user.By, [user.Need], open);
            }
        }
    }

    private void MarkIfUnmet(string name, ImmutableArray<Need> needs, Queue<string> open)
    {
        var unmet = needs.FirstOrDefault(need => need.Candidates.All(c => _broken.ContainsKey(c.Package.Name)));
        if (unmet is not null && _broken.TryAdd(name, unmet))
        {
            open.Enqueue(name);
        }
    }
}
