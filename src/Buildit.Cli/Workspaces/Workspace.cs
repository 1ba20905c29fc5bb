using System.Collections.Immutable;
using Buildit.Cli.Consoles;
using Buildit.Cli.Discovering;
using Buildit.Core.Configuration;
using Buildit.Core.Diagnostics;
using Buildit.Store;

namespace Buildit.Cli.Workspaces;

/// <summary>What counts for a target: configuration, recipe trees, distribution and store, found from its directory upwards.</summary>
internal sealed record Workspace
{
    /// <summary>The configuration, and the places that follow from it.</summary>
    public required Settings Settings { get; init; }

    /// <summary>What is at the places that the configuration or the command line wants discovered.</summary>
    public required ImmutableArray<DiscoveredPlace> Discovered { get; init; }

    /// <summary>Absolute directories with recipes; that of a git repository is a checkout in the store.</summary>
    public required ImmutableArray<string> RecipeTrees { get; init; }

    /// <summary>The distribution of the first recipe tree that declares one.</summary>
    public required DistributionFiles? Distribution { get; init; }

    /// <summary>Places that packages and images are shared at.</summary>
    public required BinhostSettings Binhosts { get; init; }

    /// <inheritdoc cref="Settings.Start"/>
    public string Start => Settings.Start;

    /// <inheritdoc cref="Settings.Config"/>
    public Config Config => Settings.Config;

    /// <inheritdoc cref="Settings.Root"/>
    public string Root => Settings.Root;

    /// <inheritdoc cref="Settings.StoreDirectory"/>
    public string StoreDirectory => Settings.StoreDirectory;

    /// <summary>Finds everything for a target, and prints what it has to say; throws if there are mistakes.</summary>
    public static Workspace Find(string start, string target, Terminal terminal)
    {
        var bag = new DiagnosticBag();
        var workspace = Find(start, target, bag);
        bag.ThrowIfErrors();
        terminal.Print(bag.Items);
        return workspace;
    }

    /// <summary>Finds everything for a target; mistakes go to the bag, and so do recipe trees that are not in the lock or not in the store.</summary>
    public static Workspace Find(string start, string target, DiagnosticBag bag) => Find(Settings.Find(start, target, bag), bag);

    /// <summary>Finds everything that a configuration says; mistakes go to the bag.</summary>
    public static Workspace Find(Settings settings, DiagnosticBag bag)
    {
        var discovered = DiscoveredPlace.Read(settings, bag);
        var trees = TreePlaces.Of(settings, discovered, bag);
        return new()
        {
            Settings = settings,
            Discovered = discovered,
            RecipeTrees = trees,
            Distribution = trees.Select(t => DistributionFiles.Read(Path.Combine(t, "debian"), settings.Display, bag)).FirstOrDefault(d => d is not null),
            Binhosts = BinhostSettings.Of(settings, trees, discovered, bag),
        };
    }

    /// <inheritdoc cref="Settings.Display(string)"/>
    public string Display(string path) => Settings.Display(path);

    /// <summary>Whether a directory is part of a checkout in the store, in which nothing can be written.</summary>
    public bool IsCheckout(string directory) => directory.StartsWith(new StorePaths(StoreDirectory).Trees + "/", StringComparison.Ordinal);
}
