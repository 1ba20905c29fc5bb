using System.Collections.Immutable;
using Buildit.Core.Debian;

namespace Buildit.Core.Graphs;

/// <summary>A source that some package is built from.</summary>
public sealed record PackageSource(Package.Built Package, ResolvedSource Source);

/// <summary>A patch that is fetched for some package.</summary>
public sealed record PackagePatch(Package.Built Package, ResolvedPatch Patch);

/// <summary>Everything from elsewhere that packages are made from when nothing of them is there yet: each file once, for one of the packages that need it.</summary>
/// <param name="Debs">Packages of the distribution.</param>
/// <param name="Sources">Sources by URL and from git.</param>
/// <param name="Patches">Patches by URL.</param>
public sealed record GraphInputs(ImmutableArray<LockedPackage> Debs, ImmutableArray<PackageSource> Sources, ImmutableArray<PackagePatch> Patches)
{
    /// <summary>The inputs of all packages of a graph, sorted by the packages' names.</summary>
    public static GraphInputs Of(PackageGraph graph)
    {
        var packages = graph.Packages.OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Version, StringComparer.Ordinal).ToArray();
        Package.Built[] built = [.. packages.OfType<Package.Built>().Where(b => !b.RemoteFiles.IsEmpty)];
        return new(
            [.. packages.OfType<Package.Imported>().Select(i => i.Pin).DistinctBy(p => p.Sha256)],
            [.. Distinct(built.SelectMany(b => b.Recipe.Sources.Where(s => s.Origin is not Recipes.Source.Local).Select(s => new PackageSource(b, s))), s => s.Source.Digest)],
            [.. Distinct(built.SelectMany(b => b.Recipe.Patches.Where(p => p.Origin.IsRemote).Select(p => new PackagePatch(b, p))), p => p.Patch.Digest)]);
    }

    // What has no digest yet is not the same as anything.
    private static IEnumerable<T> Distinct<T>(IEnumerable<T> items, Func<T, Digest> digest)
    {
        var met = new HashSet<Digest>();
        return items.Where(i => digest(i).IsEmpty || met.Add(digest(i)));
    }
}
