using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;

namespace Buildit.Core.Graphs;

/// <summary>The locked distribution packages as nodes. Debian's dependencies have cycles, so a node's key names its whole closure instead of its neighbours' keys.</summary>
public sealed class DistributionPackages(Distribution distribution, PackagesLock locked)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Package.Imported> _nodes = new(StringComparer.Ordinal);

    /// <summary>The node of a name, or null and a diagnostic.</summary>
    public Package? Get(string name, SourceSpan? span, DiagnosticBag bag)
    {
        if (!locked.Packages.ContainsKey(name))
        {
            var nearest = Suggestion.Nearest(name, locked.Packages.Keys);
            var hint = nearest is null ? "run 'buildit lock' to add it and what it depends on" : $"did you mean 'debian/{nearest}'? If not, run 'buildit lock' to add it and what it depends on";
            bag.Add(new($"'debian/{name}' is not in packages.lock", span, hint) { Code = ExitCode.Unresolvable });
            return null;
        }

        return Node(name);
    }

    /// <summary>The same package with further links and companions.</summary>
    public Package.Imported Adapt(Package.Imported package, ImmutableSortedDictionary<string, string> links, ImmutableArray<Package> companions, Declaration declaration)
    {
        var all = package.Links.SetItems(links);
        var key = RecipeKeys.OfImported(package.Pin, ClosureOf(package.Pin.Name).Select(p => (p, p == package.Pin ? all : LinksOf(p.Name))), companions);
        return new()
        {
            Name = package.Name,
            Version = package.Version,
            Key = new(key.Digest),
            PreimageLater = () => key.Preimage,
            CompanionsLater = () => [.. package.Companions, .. companions],
            Derived = declaration,
            Added = companions,
            Pin = package.Pin,
            Links = all,
        };
    }

    // Companions are asked for when they are needed, and that may be on many threads at once.
    private Package.Imported Node(string name)
    {
        lock (_gate)
        {
            return FindOrMake(name);
        }
    }

    private Package.Imported FindOrMake(string name)
    {
        if (_nodes.TryGetValue(name, out var known))
        {
            return known;
        }

        var pin = locked.Packages[name];
        var key = RecipeKeys.OfImported(pin, ClosureOf(name).Select(p => (p, LinksOf(p.Name))), []);
        return _nodes[name] = new()
        {
            Name = "debian/" + name,
            Version = pin.Version,
            Key = new(key.Digest),
            PreimageLater = () => key.Preimage,
            CompanionsLater = () => [.. pin.Depends.Where(locked.Packages.ContainsKey).Select(Node)],
            Pin = pin,
            Links = LinksOf(name),
        };
    }

    private ImmutableSortedDictionary<string, string> LinksOf(string name) =>
        distribution.Links.GetValueOrDefault(name) ?? ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    private IEnumerable<LockedPackage> ClosureOf(string name) => locked.Closure([name]).Select(n => locked.Packages[n]);
}
