using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core.Debian;
using Buildit.Core.Graphs;

namespace Buildit.Core.Keys;

/// <summary>
/// What goes into recipe and build keys, and in which order. docs/keys.md is the table of it; golden keys in the tests pin it.
/// Descriptions, comments, URLs, mirrors, authors, timeouts, local paths and job counts never come here.
/// </summary>
public static class RecipeKeys
{
    /// <summary>A recipe with its dependencies named by their recipe keys.</summary>
    public static CanonicalWriter OfRecipe(ResolvedRecipe recipe, IEnumerable<Package> tools, IEnumerable<Package> libs, IEnumerable<Package> runtime, IEnumerable<Package> testTools, ImmutableArray<string> replaces)
    {
        var w = new CanonicalWriter("recipe", FormatVersions.Key);
        Declared(w, recipe);
        w.Put("replaces", Sorted(replaces));
        Dependencies(w, "tool", tools);
        Dependencies(w, "lib", libs);
        Dependencies(w, "runtime", runtime);
        Dependencies(w, "test-tool", testTools);
        return w;
    }

    /// <summary>A recipe with its dependencies replaced by the outputs that are put into the root of the build.</summary>
    /// <param name="rootDigest">Digest of the composed root: of all diffIDs in it, by path order.</param>
    /// <param name="runtime">What is needed at run time though no file says so: it is no part of the root, but of the record that the build gives.</param>
    /// <param name="testRoot">Digest of all that the test's root may be made of besides the package; null if there is no test. A record says that its package passed with these.</param>
    public static CanonicalWriter OfAction(ResolvedRecipe recipe, Digest rootDigest, IEnumerable<Package> runtime, Digest? testRoot)
    {
        var w = new CanonicalWriter("build", FormatVersions.Key);
        Declared(w, recipe);
        w.Put("root", rootDigest).Put("runtime-need", Sorted(runtime.Select(p => p.Name)));
        return testRoot is { } test ? w.Put("test-root", test) : w;
    }

    /// <summary>A group: what it names, and the links and files that it adds.</summary>
    public static CanonicalWriter OfGroup(string name, IEnumerable<Package> members, IReadOnlyCollection<KeyValuePair<string, string>> links, IEnumerable<ResolvedFile> files, ImmutableArray<string> replaces)
    {
        var w = new CanonicalWriter("group", FormatVersions.Key).Put("name", name).Put("outputs-version", FormatVersions.Outputs);
        w.Put("link", links);
        Files(w, "file", files);
        w.Put("replaces", Sorted(replaces));
        Dependencies(w, "member", members);
        return w;
    }

    /// <summary>An imported .deb and, because what comes along with it in a root depends on them, the .debs that it depends on with the links that each gets.</summary>
    public static CanonicalWriter OfImported(LockedPackage pin, IEnumerable<(LockedPackage Pin, ImmutableSortedDictionary<string, string> Links)> closure, IEnumerable<Package> companions)
    {
        var w = new CanonicalWriter("debian", FormatVersions.Key).Put("import-version", FormatVersions.DebianImport).Put("name", pin.Name).Put("deb", pin.Sha256);
        var sorted = closure.OrderBy(p => p.Pin.Name, StringComparer.Ordinal).ToArray();
        w.Put("closure-count", sorted.Length);
        foreach (var (member, links) in sorted)
        {
            w.Put("closure", member.Name).Put("closure-deb", member.Sha256).Put("link", links);
        }

        Dependencies(w, "companion", companions);
        return w;
    }

    /// <summary>The import of one .deb: all that its outputs and its record are made of, whatever its dependencies are.</summary>
    public static CanonicalWriter OfImport(LockedPackage pin, IReadOnlyCollection<KeyValuePair<string, string>> links, IEnumerable<Package> companions)
    {
        var w = new CanonicalWriter("import", FormatVersions.Key).Put("import-version", FormatVersions.DebianImport).Put("name", pin.Name).Put("deb", pin.Sha256);
        return w.Put("link", links).Put("companion", Sorted(companions.Select(c => c.Name)));
    }

    private static void Declared(CanonicalWriter w, ResolvedRecipe r)
    {
        w.Put("name", r.Name).Put("version", r.Version).Put("platform", r.Platform.ToString());
        w.Put("sandbox-profile", FormatVersions.SandboxProfile).Put("outputs-version", FormatVersions.Outputs);
        w.Put("source-count", r.Sources.Length);
        foreach (var s in r.Sources)
        {
            w.Put("source", s.Name).Put("source-digest", s.Digest.IsEmpty ? "" : s.Digest.Hex).Put("source-unpack", s.Origin.Unpack ? 1 : 0).Put("source-file", s.NameInBuild);
            w.Put("source-strip", s.Origin.Strip?.ToString(CultureInfo.InvariantCulture) ?? "auto");
        }

        w.Put("patch-count", r.Patches.Length);
        foreach (var p in r.Patches)
        {
            w.Put("patch", p.Digest.IsEmpty ? "" : p.Digest.Hex).Put("patch-strip", p.Strip);
        }

        Files(w, "helper", r.HelperFiles);
        w.Put("phase", r.Phases);
        w.Put("configure", r.Configure);
        w.Put("environment", r.Environment);
        w.Put("use", r.Enabled);
        w.Put("flag", r.Flags);
        foreach (var (output, globs) in r.Outputs.Include)
        {
            w.Put("include-output", output).Put("include", globs);
        }

        w.Put("exclude", r.Outputs.Exclude);
        w.Put("permission-count", r.Outputs.Permissions.Count);
        foreach (var (path, p) in r.Outputs.Permissions)
        {
            w.Put("permission", path).Put("mode", p.Mode ?? -1).Put("uid", p.Uid ?? -1).Put("gid", p.Gid ?? -1);
            if (p.Capabilities is { } capabilities)
            {
                w.Put("capabilities", capabilities.ToString());
            }
        }

        w.Put("keep-symbols", r.Outputs.KeepSymbols ? 1 : 0);
        // Only where there is any, so that the keys of all other recipes are as they were before there was such a thing.
        if (!r.Outputs.Dlopen.IsEmpty)
        {
            w.Put("dlopen", r.Outputs.Dlopen);
        }

        w.Put("test", r.Test ?? "");
        w.Put("link", r.Links);
        Files(w, "file", r.Files);
        w.Put("date", r.Date ?? -1);
    }

    private static void Files(CanonicalWriter w, string tag, IEnumerable<ResolvedFile> files)
    {
        var sorted = files.OrderBy(f => f.Path, StringComparer.Ordinal).ToArray();
        w.Put(tag + "-count", sorted.Length);
        foreach (var f in sorted)
        {
            w.Put(tag, f.Path).Put(tag + "-digest", f.Digest).Put(tag + "-executable", f.Executable ? 1 : 0);
        }
    }

    private static void Dependencies(CanonicalWriter w, string role, IEnumerable<Package> packages) =>
        w.Put(role, packages.Select(p => p.Name + "=" + p.Key).Distinct().Order(StringComparer.Ordinal).ToArray());

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];
}
