using System.Collections.Immutable;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Configuration;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Cli.Workspaces;

/// <summary>What counts for a target: configuration, recipe trees, distribution and store, found from its directory upwards.</summary>
internal sealed record Workspace
{
    private const string ConfigName = ".buildit-config.yaml";

    /// <summary>Directory that the command was started in; messages show paths relative to it.</summary>
    public required string Start { get; init; }

    /// <summary>The configuration in force.</summary>
    public required Config Config { get; init; }

    /// <summary>Directory of the configuration file, from which its paths count; of the target if there is none.</summary>
    public required string Root { get; init; }

    /// <summary>Absolute directories with recipes.</summary>
    public required ImmutableArray<string> RecipeTrees { get; init; }

    /// <summary>The distribution of the first recipe tree that declares one.</summary>
    public required DistributionFiles? Distribution { get; init; }

    /// <summary>Places that packages and images are shared at.</summary>
    public required BinhostSettings Binhosts { get; init; }

    /// <summary>Absolute directory of the store.</summary>
    public required string StoreDirectory { get; init; }

    /// <summary>Finds everything for a target, and prints what it has to say; throws if there are mistakes.</summary>
    public static Workspace Find(string start, string target, Terminal terminal)
    {
        var bag = new DiagnosticBag();
        var workspace = Find(start, target, bag);
        bag.ThrowIfErrors();
        terminal.Print(bag.Items);
        return workspace;
    }

    /// <summary>Finds everything for a target; mistakes go to the bag.</summary>
    public static Workspace Find(string start, string target, DiagnosticBag bag)
    {
        var directory = Directory.Exists(target) ? target : start;
        var file = Upwards(directory).Select(d => Path.Combine(d, ConfigName)).Append(Path.Combine(UserDirectory(), "config.yaml")).FirstOrDefault(File.Exists);
        var root = file is null ? directory : Path.GetDirectoryName(file)!;
        var config = file is null ? Config.Default : ConfigParser.Parse(new(Display(start, file), File.ReadAllText(file)), bag) ?? Config.Default;
        if (config.Store is { Value: ['~', ..] } home)
        {
            bag.Error(home.Span, $"'{home.Value}': '~' has no meaning in a configuration", "write the whole path; without 'store' it is ~/.local/share/buildit");
        }

        var trees = Trees(config, root, directory, bag);
        return new()
        {
            Start = start,
            Config = config,
            Root = root,
            RecipeTrees = trees,
            Distribution = trees.Select(t => DistributionFiles.Read(Path.Combine(t, "debian"), p => Display(start, p), bag)).FirstOrDefault(d => d is not null),
            StoreDirectory = StoreOf(config, root),
            // The embedded binhost lies beside the recipes.
            Binhosts = BinhostSettings.Of(config, root, trees.IsEmpty ? root : Path.GetDirectoryName(trees[0])!, new(UserDirectory()), bag),
        };
    }

    /// <summary>A path as messages show it: relative, if it is below the directory that the command was started in.</summary>
    public string Display(string path) => Display(Start, path);

    private static string Display(string start, string path)
    {
        var relative = Path.GetRelativePath(start, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    private static ImmutableArray<string> Trees(Config config, string root, string directory, DiagnosticBag bag)
    {
        foreach (var git in config.Recipes.OfType<RecipeTree.Git>())
        {
            bag.Error(git.Span, "recipe trees in git repositories are not supported by this version", "clone it and name its directory");
        }

        foreach (var absent in config.Recipes.OfType<RecipeTree.Local>().Where(t => !Directory.Exists(Path.Combine(root, t.Path))))
        {
            bag.Error(absent.Span, $"there is no directory '{absent.Path}'", $"it is looked for at '{Path.GetFullPath(Path.Combine(root, absent.Path))}', counted from the configuration's directory");
        }

        ImmutableArray<string> declared = [.. config.Recipes.OfType<RecipeTree.Local>().Select(t => Path.GetFullPath(Path.Combine(root, t.Path)))];
        return declared.IsEmpty ? [.. Upwards(directory).Select(d => Path.Combine(d, "pkgs")).Where(d => Directory.Exists(Path.Combine(d, "debian")) || d == Path.Combine(root, "pkgs"))] : declared;
    }

    private static string StoreOf(Config config, string root)
    {
        if (Environment.GetEnvironmentVariable("BUILDIT_STORE") is { Length: > 0 } store)
        {
            return Path.GetFullPath(store);
        }

        return config.Store is { } configured ? Path.GetFullPath(Path.Combine(root, configured.Value)) : Path.Combine(DataHome(), "buildit");
    }

    private static string DataHome() => Xdg("XDG_DATA_HOME", ".local/share");

    /// <summary>The user's own configuration directory.</summary>
    public static string UserDirectory() => Path.Combine(Xdg("XDG_CONFIG_HOME", ".config"), "buildit");

    // XDG Base Directory Specification 0.8: relative paths in these variables are invalid and ignored.
    private static string Xdg(string variable, string fallback) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set && Path.IsPathRooted(set) ? set : Path.Combine(Home(), fallback);

    private static string Home() => Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home
        ? home
        : throw new BuilditException(ExitCode.InvalidInput, "neither HOME nor BUILDIT_STORE is set, so there is no place for the store", "set BUILDIT_STORE to a directory");

    private static IEnumerable<string> Upwards(string directory)
    {
        for (var d = directory; d is not null; d = Path.GetDirectoryName(d))
        {
            yield return d;
        }
    }
}
