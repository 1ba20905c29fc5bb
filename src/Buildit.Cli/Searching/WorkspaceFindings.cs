using Buildit.Cli.Workspaces;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;
using Buildit.Core.Searching;

namespace Buildit.Cli.Searching;

/// <summary>All that the files of a workspace can be searched for. What cannot be read is left out: whoever builds it is told why.</summary>
internal static class WorkspaceFindings
{
    /// <summary>Recipes of all trees, the distribution's packages, and containers.</summary>
    public static IEnumerable<Finding> All(Workspace workspace) =>
        workspace.RecipeTrees.SelectMany(tree => Recipes(workspace, tree))
            .Concat((workspace.Distribution?.Lock.Packages.Values ?? []).Select(p => new Finding("debian", $"{PackageAtom.Debian}/{p.Name}", p.Version, "", [workspace.Display(workspace.Distribution!.LockPath)])))
            .Concat(WorkspaceSearch.Files(workspace, "container.yaml").Concat(workspace.Discovered.Where(p => p.Checkout is not null).SelectMany(p => Directory.EnumerateFiles(p.Checkout!, "container.yaml", SearchOption.AllDirectories)))
                .Distinct().Select(f => Container(workspace, f)).OfType<Finding>());

    private static IEnumerable<Finding> Recipes(Workspace workspace, string tree)
    {
        foreach (var directory in Directory.Exists(tree) ? Directory.EnumerateDirectories(tree).SelectMany(Directory.EnumerateDirectories) : [])
        {
            var path = Path.Combine(directory, "pkg.yaml");
            if (File.Exists(path) && RecipeParser.Parse(SourceText.FromBytes(workspace.Display(path), File.ReadAllBytes(path)), directory, new DiagnosticBag()) is { } recipe)
            {
                foreach (var (version, summary) in Versions(recipe))
                {
                    yield return new("recipe", Path.GetRelativePath(tree, directory), version, summary, [workspace.Display(path)]);
                }
            }
        }
    }

    private static IEnumerable<(string Version, string Summary)> Versions(Recipe recipe) => recipe switch
    {
        Recipe.Full { Versions.IsEmpty: false } full => full.Versions.Select(v => (v.Version.Value, full.Summary ?? "")),
        Recipe.Full group => [("", group.Summary ?? "")],
        Recipe.Derived derived => [("", $"{derived.Base.Value}, changed")],
        _ => [],
    };

    private static Finding? Container(Workspace workspace, string path) => ContainerParser.Parse(SourceText.FromBytes(workspace.Display(path), File.ReadAllBytes(path)), Path.GetDirectoryName(path)!, new DiagnosticBag()) is { } container
        ? new("container", container.Name, container.Version, "", [workspace.Display(path)])
        : null;
}
