using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Records;

namespace Buildit.Core.Planning;

/// <summary>
/// Works out which packages a build makes real: what is there needs nothing of what it was built from. Each package is looked at once for each way in which it can
/// be wanted, so that the whole takes time in proportion to the graph.
/// </summary>
internal sealed class Demand(PackageGraph graph, Replacements replacements, Func<Package, Record?> find)
{
    private readonly HashSet<(RecipeKey Key, Want Want)> _wanted = [];
    private readonly Queue<(Package Package, Want Want)> _waiting = new();
    private readonly bool _hasTwins = graph.Packages.DistinctBy(p => p.Name).Count() < graph.Packages.Length;

    private enum Want
    {
        /// <summary>The package itself.</summary>
        Real,

        /// <summary>The package with its companions, in a root.</summary>
        InRoot,

        /// <summary>The package with what it needs at run time.</summary>
        AtRunTime,
    }

    /// <summary>Whether a package is made real, or is there.</summary>
    public bool Includes(Package package) => _wanted.Contains((package.Key, Want.Real));

    public void AddPackage(Package package) => Add(package, Want.Real);

    public void AddAtRunTime(Package package) => Add(package, Want.AtRunTime);

    public void AddRoot(IReadOnlyCollection<Package> packages)
    {
        foreach (var package in packages)
        {
            Add(package, Want.InRoot);
        }

        foreach (var package in replacements.StillIn(packages))
        {
            Add(package, Want.Real);
        }
    }

    /// <summary>Follows what was added to its end.</summary>
    public void Follow()
    {
        while (_waiting.TryDequeue(out var next))
        {
            switch (next.Want)
            {
                case Want.Real:
                    FollowReal(next.Package);
                    break;
                case Want.InRoot:
                    FollowInRoot(next.Package);
                    break;
                case Want.AtRunTime:
                    FollowAtRunTime(next.Package);
                    break;
            }
        }
    }

    private void FollowReal(Package package)
    {
        if (package is not Package.Built built || find(package) is not null)
        {
            return;
        }

        if (_hasTwins)
        {
            // Two versions of one package are an error before anything is built, not after.
            _ = Closure.Of([.. built.Tools, .. built.Libs, .. built.Runtime]);
        }

        AddRoot([.. built.Tools, .. built.Libs]);
        // Only a package with a test has tools for it; its recipe need not be read to know that.
        foreach (var tested in built.TestTools.IsEmpty ? [] : built.Libs.Concat(built.Runtime).Concat(built.TestTools))
        {
            AddAtRunTime(tested);
        }
    }

    private void FollowInRoot(Package package)
    {
        foreach (var companion in package.Companions)
        {
            Add(companion, Want.InRoot);
        }

        if (!replacements.Concern(package))
        {
            Add(package, Want.Real);
        }
    }

    /// <summary>What the files of a package will need that is not there yet is known when it is built; it is among what it is built with, which is made real in any case.</summary>
    private void FollowAtRunTime(Package package)
    {
        Add(package, Want.Real);
        var needs = (package, find(package)) switch
        {
            (_, { } record) => RuntimeNeeds.Of(package, record),
            (Package.Built built, _) => built.Runtime,
            _ => package.Companions,
        };
        foreach (var need in needs)
        {
            Add(need, Want.AtRunTime);
        }
    }

    private void Add(Package package, Want want)
    {
        if (_wanted.Add((package.Key, want)))
        {
            _waiting.Enqueue((package, want));
        }
    }
}
