using System.Collections.Immutable;
using Buildit.Cli.Targets;
using Buildit.Core.Graphs;

namespace Buildit.Cli.Verifying;

/// <summary>Which packages of a target are verified.</summary>
internal static class VerifiedPackages
{
    /// <summary>Those that the target names; or with all that they are made from and need, whatever is needed before what needs it.</summary>
    public static ImmutableArray<Package> Of(TargetGraph graph, bool all)
    {
        ImmutableArray<Package> own = [.. graph.Packages.Select(p => p.Package).DistinctBy(p => p.Key)];
        if (!all)
        {
            return own;
        }

        return DeepStack.Run(() => WithNeeds(own));
    }

    private static ImmutableArray<Package> WithNeeds(ImmutableArray<Package> packages)
    {
        var (found, seen) = (ImmutableArray.CreateBuilder<Package>(), new HashSet<string>(StringComparer.Ordinal));
        AddAll(packages);
        return found.ToImmutable();

        void AddAll(IEnumerable<Package> some)
        {
            foreach (var package in some.Where(p => seen.Add(p.Key.ToString())))
            {
                AddAll(Needed(package).OrderBy(p => p.Name, StringComparer.Ordinal));
                found.Add(package);
            }
        }
    }

    private static ImmutableArray<Package> Needed(Package package) => package is Package.Built built
        ? [.. built.Tools, .. built.Libs, .. built.Runtime, .. built.TestTools]
        : package.Companions;
}
