using System.Collections.Immutable;
using Buildit.Build.Actions;
using Buildit.Build.Outputs;
using Buildit.Build.Sandboxing;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Core.Trees;
using Buildit.Store;
using Buildit.Store.Trees;

namespace Buildit.Build.Engine;

/// <summary>What a package needs at run time and offers.</summary>
/// <param name="Needs">Names of packages, sorted.</param>
/// <param name="Sonames">Sonames that it offers, sorted.</param>
public sealed record RuntimeFindings(ImmutableArray<string> Needs, ImmutableArray<string> Sonames);

/// <summary>Looks at the runtime output of a package that was just built: what it needs and offers, and what of the build it names though it should not.</summary>
public sealed class RuntimeInspection(ContentStore store, RecordKeeper records, Action<BuildEvent> report)
{
    // The shell at this path is everywhere; that somebody names it says nothing about a build.
    private const string Shell = "usr/bin/sh";

    /// <summary>Reads the files; what is wrong with them is told as warnings.</summary>
    /// <param name="package">What was built.</param>
    /// <param name="runtime">Its runtime output; null if it has none.</param>
    /// <param name="parts">The root that it was built in.</param>
    public RuntimeFindings Inspect(Package.Built package, StoredTree? runtime, ImmutableArray<RootPart> parts)
    {
        var declared = package.Runtime.Select(r => r.Name);
        if (runtime is null)
        {
            return new([.. declared.Order(StringComparer.Ordinal)], []);
        }

        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (part, entry) in parts.SelectMany(p => p.Tree.Tree.Entries.Where(e => e.Kind != EntryKind.Directory).Select(e => (p, e))))
        {
            owners.TryAdd(entry.Path, part.Package);
        }

        var found = NeedsFinder.Find(runtime);
        var needs = NeedsOf(package, runtime, found, owners).Concat(declared).Where(n => n != package.Name).ToImmutableSortedSet(StringComparer.Ordinal);
        var stray = new StrayFinder(BuildDirectories(package), Tools(package, needs, owners)).Find(runtime);
        StrayReferences.Keep(store.Index, runtime.DiffId, stray);
        foreach (var warning in StrayReferences.Warnings(package, stray))
        {
            report(new BuildEvent.Warned(warning));
        }

        return new([.. needs], [.. found.Sonames]);
    }

    /// <summary>Soname and interpreter -> package: by what is at their paths in the root of the build, with the package's own files first.</summary>
    private IEnumerable<string> NeedsOf(Package.Built package, StoredTree runtime, FoundNeeds found, Dictionary<string, string> owners)
    {
        var own = runtime.Tree.Entries.Select(e => e.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (need, file, provider) in NeedsFinder.Resolve(found, package.Recipe.Outputs.Dlopen, path => own.Contains(path) ? package.Name : owners.GetValueOrDefault(path)))
        {
            if (provider is not null)
            {
                yield return provider;
            }
            else if (!found.Sonames.Contains(need))
            {
                var who = file is null ? $"the recipe of '{package.DisplayName}' says that it opens" : $"'/{file}' of '{package.DisplayName}' needs";
                report(new BuildEvent.Warned(new($"{who} '{need}', which no package of its root provides", Severity: Severity.Warning)));
            }
        }
    }

    private string[] BuildDirectories(Package.Built package) =>
        [BuildScript.SourceDirectory, "/build/home", .. package.Recipe.Sources.Select(s => s.Name).OfType<string>().Where(n => n.Length > 0).Select(n => "/build/" + n), BuildScript.InstallDirectory, store.Paths.Root];

    /// <summary>Programs of the root that do not come along at run time.</summary>
    private Dictionary<string, string> Tools(Package.Built package, ImmutableSortedSet<string> needs, Dictionary<string, string> owners)
    {
        var root = Closure.Of([.. package.Tools, .. package.Libs, .. package.Runtime]).Where(p => needs.Contains(p.Name));
        var running = RuntimeClosure.Of(root, p => records.Find(p, Need.Record)).Packages.Select(p => p.Package.Name).Append(package.Name).ToHashSet(StringComparer.Ordinal);
        return owners.Where(o => IsProgram(o.Key) && !running.Contains(o.Value)).ToDictionary(o => o.Key, o => o.Value, StringComparer.Ordinal);
    }

    private static bool IsProgram(string path) => path != Shell && TreePath.Name(TreePath.Parent(path)) is "bin" or "sbin";
}
