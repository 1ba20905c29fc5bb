using System.Collections.Immutable;
using Buildit.Cli.Discovering;
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
    /// <summary>The command that locks and fetches what the configuration names, quoted for messages.</summary>
    public const string LockCommand = "'buildit lock'";

    /// <summary>Absolute directories, in order of preference; those of discovered places last. What is not there goes to the bag.</summary>
    public static ImmutableArray<string> Of(Settings settings, ImmutableArray<DiscoveredPlace> discovered, DiagnosticBag bag)
    {
        var locked = Git(settings).Any() ? LockFile.Read(settings.LockPath, settings.Display).Pins : PinLock.Empty;
        ImmutableArray<string> declared = [.. settings.Config.Recipes.Select(tree => tree switch
        {
            RecipeTree.Local local => Local(local, settings, bag),
            RecipeTree.Git git => Git(git, settings, locked, bag, LockCommand),
            _ => throw new System.Diagnostics.UnreachableException(),
        })];
        return [.. settings.Config.Recipes.IsEmpty ? Found(settings) : declared, .. discovered.SelectMany(p => p.RecipeTrees)];
    }

    private static IEnumerable<string> Found(Settings settings) =>
        Settings.Upwards(settings.Directory).Select(d => Path.Combine(d, "pkgs")).Where(d => Directory.Exists(Path.Combine(d, "debian")) || d == Path.Combine(settings.Root, "pkgs"));

    /// <summary>Everything in git that the configuration names: recipe trees, and what was discovered, as far as that is known.</summary>
    public static IEnumerable<RecipeTree.Git> Git(Settings settings) => settings.Config.Recipes.OfType<RecipeTree.Git>().Concat(DiscoveredPlace.Git(settings));

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

    /// <summary>Directory of the checkout of something in git; what is not locked or not there goes to the bag.</summary>
    public static string Git(RecipeTree.Git tree, Settings settings, PinLock locked, DiagnosticBag bag, string lockCommand)
    {
        var name = new GitRequest(tree.Origin, tree.Span).Name;
        if (locked.Find(new Lookup.GitRecipes(tree.Origin)) is not { } pin)
        {
            bag.Add(LookupPolicy.NotLocked($"recipe tree '{name}'", tree.Span, settings.Display(settings.LockPath), $"run {lockCommand}, or build once without --locked and --offline"));
            return "";
        }

        var directory = Checkout(settings, pin);
        if (!Directory.Exists(directory))
        {
            bag.Add(new($"recipe tree '{name}' at commit {pin.Commit} is not in the store", tree.Span, $"a build, or {lockCommand}, fetches it") { Code = ExitCode.Missing });
        }

        return directory;
    }
}
