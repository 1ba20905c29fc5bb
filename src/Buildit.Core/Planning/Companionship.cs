using Buildit.Core.Graphs;
using Buildit.Core.Keys;

namespace Buildit.Core.Planning;

/// <summary>The companions of a graph's packages, seen from below.</summary>
internal sealed class Companionship
{
    private readonly ILookup<RecipeKey, Package> _hosts;

    public Companionship(PackageGraph graph) =>
        _hosts = graph.Packages.SelectMany(p => p.Companions.Select(c => (Companion: c.Key, Host: p))).ToLookup(x => x.Companion, x => x.Host);

    /// <summary>These packages, and all that have one of them in their closure of companions.</summary>
    public HashSet<RecipeKey> Above(IEnumerable<Package> packages)
    {
        var found = new HashSet<RecipeKey>();
        foreach (var package in packages)
        {
            AddAbove(package, found);
        }

        return found;
    }

    /// <summary>Adds a package and all that have it in their closure to a set that is closed in this way.</summary>
    public void AddAbove(Package package, HashSet<RecipeKey> found)
    {
        var waiting = new Stack<Package>([package]);
        while (waiting.TryPop(out var next))
        {
            if (found.Add(next.Key))
            {
                foreach (var host in _hosts[next.Key])
                {
                    waiting.Push(host);
                }
            }
        }
    }
}
