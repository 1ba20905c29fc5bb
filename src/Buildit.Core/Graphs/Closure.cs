using System.Collections.Immutable;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Graphs;

/// <summary>Which packages make up the root of a build: the tools and libs of a package with all their companions, less those that others stand for.</summary>
public static class Closure
{
    /// <summary>These packages and everything that must be with them, sorted by name. Two different packages of one name are an error.</summary>
    public static ImmutableArray<Package> Of(IEnumerable<Package> packages)
    {
        var found = new SortedDictionary<string, Package>(StringComparer.Ordinal);
        var waiting = new Stack<Package>(packages);
        while (waiting.TryPop(out var package))
        {
            if (found.TryGetValue(package.Name, out var other))
            {
                if (other.Key != package.Key)
                {
                    throw Clash(other, package);
                }

                continue;
            }

            found.Add(package.Name, package);
            foreach (var companion in package.Companions)
            {
                waiting.Push(companion);
            }
        }

        return Replaced([.. found.Values]);
    }

    /// <summary>The error for two packages of one name that cannot be in one root.</summary>
    public static BuilditException Clash(Package one, Package other) => new(
        ExitCode.Unresolvable,
        $"two different packages of one name meet: '{one.DisplayName}' ({one.Key.Uuid}) and '{other.DisplayName}' ({other.Key.Uuid})",
        "use one version and one set of flags of it everywhere");

    /// <summary>Drops the packages that another one of the list replaces.</summary>
    public static ImmutableArray<Package> Replaced(ImmutableArray<Package> packages)
    {
        var replaced = packages.SelectMany(p => p.Replaces).ToHashSet(StringComparer.Ordinal);
        return replaced.Count == 0 ? packages : [.. packages.Where(p => !replaced.Contains(p.Name))];
    }
}
