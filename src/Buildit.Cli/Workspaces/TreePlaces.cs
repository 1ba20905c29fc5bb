using System.Collections.Immutable;
using Buildit.Cli.Locks;
using Buildit.Core;
using Buildit.Core.Configuration;
using Buildit.Core.Diagnostics;
using Buildit.Core.Locks;
using Buildit.Store;
using Buildit.Store.Git;

namespace Buildit.Cli.Workspaces;

/// <summary>Where the recipe trees of a configuration are on disk.</summary>
internal static class TreePlaces
{
    /// <summary>Absolute directories, in order of preference. What is not there goes to the bag.</summary>
    public static ImmutableArray<string> Of(Settings settings, DiagnosticBag bag)
    {
        var locked = Git(settings).Any() ? LockFile.Read(settings.LockPath, settings.Display).Pins : PinLock.Empty;
        ImmutableArray<string> declared = [.. settings.Config.Recipes.Select(tree => tree switch
        {
            RecipeTree.Local local => Local(local, settings, bag),
            RecipeTree.Git git => Git(git, settings, locked, bag),
            _ => throw new System.Diagnostics.UnreachableException(),
        })];
        return settings.Config.Recipes.IsEmpty
            ? [.. Settings.Upwards(settings.Directory).Select(d => Path.Combine(d, "pkgs")).Where(d => Directory.Exists(Path.Combine(d, "debian")) || d == Path.Combine(settings.Root, "pkgs"))]
            : declared;
    }

    /// <summary>The configuration's recipe trees in git.</summary>
    public static IEnumerable<RecipeTree.Git> Git(Settings settings) => settings.Config.Recipes.OfType<RecipeTree.Git>();

    /// <summary>The directory that a pinned tree's checkout has, whether or not it is there.</summary>
    public static string Checkout(Settings settings, Pin pin) => new StorePaths(settings.StoreDirectory).Tree(pin.Digest);

    private static string Local(RecipeTree.Local tree, Settings settings, DiagnosticBag bag)
    {
        var directory = Path.GetFullPath(Path.Combine(settings.Root, tree.Path));
        if (!Directory.Exists(directory))
        {
            bag.Error(tree.Span, $"there is no directory '{tree.Path}'", $"it is looked for at '{directory}', counted from the configuration's directory");
        }

        return directory;
    }

    private static string Git(RecipeTree.Git tree, Settings settings, PinLock locked, DiagnosticBag bag)
    {
        var name = new GitRequest(tree.Origin, tree.Span).Name;
        if (locked.Find(new Lookup.GitRecipes(tree.Origin)) is not { } pin)
        {
            bag.Add(LookupPolicy.NotLocked($"recipe tree '{name}'", tree.Span, settings.Display(settings.LockPath), "run 'buildit lock'"));
            return "";
        }

        var directory = Checkout(settings, pin);
        if (!Directory.Exists(directory))
        {
            bag.Add(new($"recipe tree '{name}' at commit {pin.Commit} is not in the store", tree.Span, "a build, or 'buildit lock', fetches it") { Code = ExitCode.Missing });
        }

        return directory;
    }
}
