using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Records;

namespace Buildit.Core.Planning;

/// <summary>
/// Works out which packages a build makes real, and how much of each it needs: what is there needs nothing of what it was built from. Each package is looked at once for
/// each way in which it can be wanted, so that the whole takes time in proportion to the graph.
/// </summary>
internal sealed class Demand(PackageGraph graph, Replacements replacements, Func<Package, Need, Record?> find)
{
    private readonly Dictionary<RecipeKey, Need> _needs = new(graph.Packages.Length);
    private static readonly IReadOnlySet<string> Nothing = System.Collections.Immutable.ImmutableHashSet<string>.Empty;
    private readonly HashSet<(RecipeKey Key, Way Way, Need Need)> _followed = new(2 * graph.Packages.Length);
    private readonly Queue<Action> _waiting = new();
    private readonly List<Package> _raised = [];
    private readonly bool _hasTwins = graph.Packages.DistinctBy(p => p.Name).Count() < graph.Packages.Length;

    /// <summary>How much of a package is needed; null if nothing is.</summary>
    public Need? Of(Package package) => _needs.TryGetValue(package.Key, out var need) ? need : null;

    /// <summary>Wants a package itself.</summary>
    public void AddPackage(Package package, Need need)
    {
        if (Of(package) is { } before && before >= need)
        {
            return;
        }

        _needs[package.Key] = need;
        _raised.Add(package);
        _waiting.Enqueue(() => FollowPackage(package, need));
    }

    /// <summary>Wants a package with all that it needs at run time, but for those of these names.</summary>
    public void AddAtRunTime(Package package, Need need, IReadOnlySet<string> excluded)
    {
        if (_followed.Add((package.Key, excluded.Count == 0 ? Way.AtRunTime : Way.InImage, need)))
        {
            AddPackage(package, need);
            _waiting.Enqueue(() => FollowAtRunTime(package, need, excluded));
        }
    }

    /// <summary>Wants a root of these packages with their companions.</summary>
    public void AddRoot(IReadOnlyCollection<Package> packages, Need need)
    {
        foreach (var package in packages)
        {
            AddInRoot(package, need);
        }

        foreach (var package in replacements.StillIn(packages))
        {
            AddPackage(package, need);
        }
    }

    /// <summary>Wants all that a package is built and tested with, as far as a key needs it, or really.</summary>
    public void AddInputs(Package.Built package, Need root, Need test)
    {
        AddRoot([.. package.Tools, .. package.Libs], root);
        // Only a package with a test has tools for it; its recipe need not be read to know that.
        foreach (var tested in package.TestTools.IsEmpty ? [] : package.Libs.Concat(package.Runtime).Concat(package.TestTools))
        {
            AddAtRunTime(tested, test, Nothing);
        }
    }

    /// <summary>Follows what was added to its end; gives the packages of which more is needed than before.</summary>
    public IReadOnlyCollection<Package> Follow()
    {
        while (_waiting.TryDequeue(out var next))
        {
            next();
        }

        Package[] raised = [.. _raised];
        _raised.Clear();
        return raised;
    }

    private void FollowPackage(Package package, Need need)
    {
        if (package is not Package.Built built || find(package, need) is not null)
        {
            return;
        }

        if (_hasTwins)
        {
            // Two versions of one package are an error before anything is built, not after.
            _ = Closure.Of([.. built.Tools, .. built.Libs, .. built.Runtime]);
        }

        AddInputs(built, Need.Record, Need.Record);
    }

    private void AddInRoot(Package package, Need need)
    {
        if (_followed.Add((package.Key, Way.InRoot, need)))
        {
            _waiting.Enqueue(() => FollowInRoot(package, need));
        }
    }

    private void FollowInRoot(Package package, Need need)
    {
        foreach (var companion in package.Companions)
        {
            AddInRoot(companion, need);
        }

        if (!replacements.Concern(package))
        {
            AddPackage(package, need);
        }
    }

    /// <summary>What the files of a package will need that is not there yet is known when it is built; it is among what it is built with, which is made real in any case.</summary>
    private void FollowAtRunTime(Package package, Need need, IReadOnlySet<string> excluded)
    {
        var needs = (package, find(package, Need.Record)) switch
        {
            (_, { } record) => RuntimeNeeds.Of(package, record),
            (Package.Built built, _) => built.Runtime,
            _ => package.Companions,
        };
        foreach (var needed in needs.Where(n => !excluded.Contains(n.Name)))
        {
            AddAtRunTime(needed, need, excluded);
        }
    }

    /// <summary>Ways in which a package can be wanted with what belongs to it; of one plan, all images leave out the same.</summary>
    private enum Way
    {
        InRoot,
        AtRunTime,
        InImage,
    }
}
