namespace Buildit.Cli.Workspaces;

/// <summary>Finds files of one name in a workspace.</summary>
internal static class WorkspaceSearch
{
    /// <summary>Paths of all files of this name in the recipe trees and below the configuration's directory.</summary>
    public static IEnumerable<string> Files(Workspace workspace, string name) =>
        workspace.RecipeTrees.Append(workspace.Root).Where(Directory.Exists).SelectMany(d => Walk(d, name, workspace.StoreDirectory)).Distinct().Order(StringComparer.Ordinal);

    // What buildit and git keep is not searched: an output directory may hold a whole file system.
    private static IEnumerable<string> Walk(string directory, string name, string store) =>
        Directory.EnumerateFiles(directory, name).Concat(
            Directory.EnumerateDirectories(directory)
                .Where(d => Path.GetFileName(d) is not ("artifacts" or "out" or "binhost" or "tests" or "node_modules") && !Path.GetFileName(d).StartsWith('.') && d != store && new DirectoryInfo(d).LinkTarget is null)
                .SelectMany(d => Walk(d, name, store)));
}
