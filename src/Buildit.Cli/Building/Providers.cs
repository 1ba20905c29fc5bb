using System.Collections.Immutable;
using Buildit.Cli.Workspaces;
using Buildit.Core.Containers;
using Buildit.Core.Debian;
using Buildit.Core.Graphs;
using Buildit.Core.Recipes;
using Buildit.Core.Records;
using Buildit.Images.Composition;
using Buildit.Store;

namespace Buildit.Cli.Building;

/// <summary>
/// Looks for a package that has what an image lacks, among those that the workspace has: by the records and trees of the store, else by how the distribution
/// names its packages.
/// </summary>
internal sealed class Providers(ContentStore store, Workspace workspace, Container container)
{
    private const string Output = Composition.Output;
    private static readonly string[] ProgramDirectories = ["usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"];
    private readonly Lazy<ImmutableArray<Record>> _records = new(() => Records(store, workspace));

    /// <summary>The hint for something that is missing; null if nobody knows who has it.</summary>
    public string? Advise(Wanted wanted)
    {
        var known = Known(wanted);
        if ((known ?? Guess(wanted)) is not { } name)
        {
            return null;
        }

        var has = known is not null ? $"'{name}' has it" : $"by its name, '{name}' has it";
        return container.Excluded.TryGetValue(name, out var span) ? $"{has}, which the container excludes at {span}"
            : wanted.Owner is { } owner && !owner.StartsWith(PackageAtom.Debian + "/", StringComparison.Ordinal) ? $"{has}: add '- package: {name}' to the container, or '{name}' to the needs of '{owner}'{Locked(name)}"
            : $"{has}: add '- package: {name}'{Locked(name)}";
    }

    private string Locked(string name) => IsThere(name, workspace) ? "" : ", and run 'buildit lock'";

    private string? Known(Wanted wanted)
    {
        if (wanted.IsLibrary)
        {
            return _records.Value.FirstOrDefault(r => r.Sonames.Contains(wanted.What))?.Package;
        }

        var paths = wanted.What.StartsWith('/') ? [UsrMerge.Fold(wanted.What[1..])] : ProgramDirectories.Select(d => $"{d}/{wanted.What}").ToHashSet(StringComparer.Ordinal);
        return _records.Value.FirstOrDefault(r => store.FindTree(r.Outputs[Output]) is { } tree && tree.Tree.Entries.Any(e => paths.Contains(e.Path)))?.Package;
    }

    private string? Guess(Wanted wanted)
    {
        if (workspace.Distribution is not { Lock.Packages: var locked })
        {
            return null;
        }

        var names = wanted.IsLibrary ? LibraryPackages.OfSoname(wanted.What) : [LibraryPackages.OfProgram(wanted.What)];
        return (names.FirstOrDefault(locked.ContainsKey) ?? (wanted.IsLibrary ? names.FirstOrDefault() : null)) is { } name ? $"{PackageAtom.Debian}/{name}" : null;
    }

    /// <summary>One record of each package with a runtime output; those with a recipe first, since who writes one wants it to be used.</summary>
    private static ImmutableArray<Record> Records(ContentStore store, Workspace workspace) =>
    [
        .. store.Index.AllRecords().Select(r => store.ReadBlob(r.Blob) is { } bytes ? RecordFormat.Read(bytes) : null).OfType<Record>()
            .Where(r => r.Outputs.ContainsKey(Output) && IsThere(r.Package, workspace))
            .DistinctBy(r => (r.Package, r.Outputs[Output]))
            .OrderBy(r => r.Package.StartsWith(PackageAtom.Debian + "/", StringComparison.Ordinal)).ThenBy(r => r.Package, StringComparer.Ordinal),
    ];

    private static bool IsThere(string package, Workspace workspace) => package.StartsWith(PackageAtom.Debian + "/", StringComparison.Ordinal)
        ? workspace.Distribution?.Lock.Packages.ContainsKey(package[(PackageAtom.Debian.Length + 1)..]) == true
        : workspace.RecipeTrees.Any(t => File.Exists(Path.Combine(t, package, "pkg.yaml")));
}
