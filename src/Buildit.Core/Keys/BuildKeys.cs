using Buildit.Core.Graphs;
using Buildit.Core.Records;

namespace Buildit.Core.Keys;

/// <summary>Build keys, by what the records of dependencies say: their files need not be looked at.</summary>
public static class BuildKeys
{
    /// <summary>The outputs that a build sees of what is in its root.</summary>
    private static readonly string[] Seen = ["runtime", "dev"];

    /// <summary>The key of the action that builds a package.</summary>
    /// <param name="package">What is built.</param>
    /// <param name="root">What the root of the build is made of.</param>
    /// <param name="testRoot">All that the root of its test may be made of; looked at only if it has a test.</param>
    public static BuildKey Of(Package.Built package, IEnumerable<Record> root, IEnumerable<Record> testRoot)
    {
        var test = package.Recipe.Test is null ? (Digest?)null : OfRoot(Outputs(testRoot, "runtime"));
        return new(RecipeKeys.OfAction(package.Recipe, OfRoot(Outputs(root, Seen)), package.Runtime, test).Digest);
    }

    /// <summary>The key of the import of a .deb: known without anything that it depends on.</summary>
    public static BuildKey Of(Package.Imported package) => new(RecipeKeys.OfImport(package.Pin, package.Links, package.Companions).Digest);

    /// <summary>Digest of what a root of these outputs holds: the same outputs in any order give the same digest.</summary>
    public static Digest OfRoot(IEnumerable<Digest> diffIds)
    {
        var w = new CanonicalWriter("root", FormatVersions.SandboxProfile);
        w.Put("part", diffIds.Select(d => d.Hex).Distinct().Order(StringComparer.Ordinal).ToArray());
        return w.Digest;
    }

    /// <summary>Whether a record of the same action names packages that this one has, too: equal files may come from packages of other names.</summary>
    public static bool Fits(Record same, Package.Built package, IReadOnlyCollection<Record> root) =>
        same.RuntimeNeeds.All(n => root.Any(r => r.Package == n && Seen.Any(r.Outputs.ContainsKey)) || package.Runtime.Any(r => r.Name == n));

    private static IEnumerable<Digest> Outputs(IEnumerable<Record> records, params string[] names) =>
        records.SelectMany(r => names.Where(r.Outputs.ContainsKey).Select(n => r.Outputs[n]));
}
