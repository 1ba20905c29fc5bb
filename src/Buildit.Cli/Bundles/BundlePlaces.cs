using System.Collections.Immutable;
using System.Globalization;
using Buildit.Cli.Workspaces;
using Buildit.Core.Bundles;

namespace Buildit.Cli.Bundles;

/// <summary>
/// Where the files of a workspace are in a bundle: what is below its root keeps its path, a recipe tree from elsewhere (a checkout of a git repository, a directory beside)
/// gets a number. Nothing else has a place: no path of this machine gets into a bundle.
/// </summary>
internal sealed class BundlePlaces
{
    private readonly ImmutableArray<(string Directory, string Place)> _units;

    public BundlePlaces(Workspace workspace, string root)
    {
        Root = root;
        var outside = workspace.RecipeTrees.Where(t => !IsBelow(root, t)).ToArray();
        _units = [.. outside.Select((t, i) => (t, string.Create(CultureInfo.InvariantCulture, $"{BundleLayout.Trees}/{i + 1}"))), (root, "")];
        Trees = [.. workspace.RecipeTrees.Select(t => Of(t)!)];
    }

    /// <summary>Absolute directory that becomes the top of the bundle.</summary>
    public string Root { get; }

    /// <summary>The recipe trees in order, as they are in the bundle; empty for the top itself.</summary>
    public ImmutableArray<string> Trees { get; }

    /// <summary>Path in the bundle of an absolute path; null if it has none.</summary>
    public string? Of(string path) => UnitOf(path) is { } unit ? Join(unit.Place, Path.GetRelativePath(unit.Directory, path)) : null;

    /// <summary>Whether a path is found from a directory in the bundle as it is here.</summary>
    public bool IsReachable(string directory, string path) => UnitOf(directory) is { } unit && unit == UnitOf(path);

    /// <summary>The directory that holds all targets and what they are declared with: that of the configuration, else that of the first recipe tree, else the target's own.</summary>
    public static string RootOf(Workspace workspace, IReadOnlyList<string> directories) =>
        new[] { workspace.Root }.Concat(workspace.RecipeTrees.Where(t => !workspace.IsCheckout(t)).Take(1).Select(t => Path.GetDirectoryName(t)!)).FirstOrDefault(r => directories.All(d => IsBelow(r, d)))
            ?? directories[0];

    private (string Directory, string Place)? UnitOf(string path) => _units.Where(u => IsBelow(u.Directory, path)).Select(u => ((string, string)?)u).FirstOrDefault();

    private static bool IsBelow(string directory, string path) => path == directory || path.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static string Join(string place, string relative) => relative == "." ? place : place.Length == 0 ? relative : $"{place}/{relative}";
}
