using System.Collections.Immutable;
using Buildit.Core.Containers;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;

namespace Buildit.Cli.Workspaces;

/// <summary>Finds every distribution package that the recipes and containers of a workspace name.</summary>
internal static class DistributionRoots
{
    private const string Prefix = PackageAtom.Debian + "/";

    /// <summary>All of them, with those that buildit itself and the distribution's <c>include:</c> want.</summary>
    public static IReadOnlyList<DependencyRoot> Find(Workspace workspace, IEnumerable<string> tools, DiagnosticBag bag)
    {
        var files = workspace.Distribution!;
        var whole = new SourceSpan(files.Text, 1, 1);
        var names = new List<Spanned<string>>([.. tools.Concat(files.Distribution.Include).Concat(["dash", "coreutils"]).Select(t => new Spanned<string>(Prefix + t, whole))]);
        foreach (var path in WorkspaceSearch.Files(workspace, "pkg.yaml"))
        {
            names.AddRange(RecipeParser.Parse(SourceText.FromBytes(workspace.Display(path), File.ReadAllBytes(path)), Path.GetDirectoryName(path)!, bag)?.PossibleNeeds ?? []);
        }

        foreach (var path in workspace.RecipeTrees.Select(t => Path.Combine(t, "styles")).Where(Directory.Exists).SelectMany(d => Directory.EnumerateFiles(d, "*.yaml")).Order(StringComparer.Ordinal))
        {
            var style = StyleParser.Parse(SourceText.FromBytes(workspace.Display(path), File.ReadAllBytes(path)), Path.GetFileNameWithoutExtension(path), bag);
            names.AddRange(style?.Needs.All ?? []);
        }

        foreach (var path in WorkspaceSearch.Files(workspace, "container.yaml"))
        {
            var container = ContainerParser.Parse(SourceText.FromBytes(workspace.Display(path), File.ReadAllBytes(path)), Path.GetDirectoryName(path)!, bag);
            names.AddRange(container?.Steps.OfType<Step.NamedPackage>().Select(s => s.Name) ?? []);
        }

        return [.. names.Where(n => n.Value.StartsWith(Prefix, StringComparison.Ordinal)).DistinctBy(n => n.Value).Select(n => new DependencyRoot(n.Value[Prefix.Length..], n.Span))];
    }
}
