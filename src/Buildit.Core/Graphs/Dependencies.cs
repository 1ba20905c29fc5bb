using System.Collections.Immutable;

namespace Buildit.Core.Graphs;

/// <summary>Everything that packages are made from and run with.</summary>
public static class Dependencies
{
    /// <summary>These packages and all that they depend on in any way, each once, what depends on something before that.</summary>
    public static IReadOnlyList<Package> Of(IEnumerable<Package> packages)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var found = new List<Package>();
        var open = new Queue<Package>(packages);
        while (open.TryDequeue(out var package))
        {
            if (!seen.Add(package.Key.ToString()))
            {
                continue;
            }

            found.Add(package);
            foreach (var dependency in Direct(package))
            {
                open.Enqueue(dependency);
            }
        }

        return found;
    }

    private static ImmutableArray<Package> Direct(Package package) => package is Package.Built built
        ? [.. built.Tools, .. built.Libs, .. built.Runtime, .. built.TestTools, .. built.Companions]
        : package.Companions;
}
