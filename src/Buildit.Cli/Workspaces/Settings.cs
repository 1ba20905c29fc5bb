using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Configuration;
using Buildit.Core.Diagnostics;
using Buildit.Core.Discovery;
using Buildit.Core.Locks;
using Buildit.Store.Binhosts.S3;
using Buildit.Store.Registries;

namespace Buildit.Cli.Workspaces;

/// <summary>The configuration that counts for a target, and the places that follow from it alone. Recipes are not looked at yet.</summary>
internal sealed record Settings
{
    private const string ConfigName = ".buildit-config.yaml";

    /// <summary>Directory that the command was started in; messages show paths relative to it.</summary>
    public required string Start { get; init; }

    /// <summary>Directory of the target; where the command was started if it is none.</summary>
    public required string Directory { get; init; }

    /// <summary>The configuration in force.</summary>
    public required Config Config { get; init; }

    /// <summary>Directory of the configuration file, from which its paths count; of the target if there is none.</summary>
    public required string Root { get; init; }

    /// <summary>Places to discover recipes and binhosts at: those of the configuration, then those of the command line.</summary>
    public ImmutableArray<DiscoveryEntry> Discover { get; init; } = [];

    /// <summary>Absolute directory of the store.</summary>
    public required string StoreDirectory { get; init; }

    /// <summary>The lock that pins the configuration's recipe trees.</summary>
    public string LockPath => Path.Combine(Root, PinLockFile.Name);

    /// <summary>Finds the configuration of a target, from its directory upwards; mistakes go to the bag.</summary>
    public static Settings Find(string start, string target, DiagnosticBag bag)
    {
        var directory = System.IO.Directory.Exists(target) ? target : start;
        var file = Upwards(directory).Select(d => Path.Combine(d, ConfigName)).Append(Path.Combine(UserDirectory(), "config.yaml")).FirstOrDefault(File.Exists);
        var root = file is null ? directory : Path.GetDirectoryName(file)!;
        var config = file is null ? Config.Default : ConfigParser.Parse(SourceText.FromBytes(Display(start, file), File.ReadAllBytes(file)), bag) ?? Config.Default;
        if (config.Store is { Value: ['~', ..] } home)
        {
            bag.Error(home.Span, $"'{home.Value}': '~' has no meaning in a configuration", "write the whole path; without 'store' it is ~/.local/share/buildit");
        }

        else if (config.Store is { Value: "" } nowhere)
        {
            bag.Error(nowhere.Span, "the store's directory has no name", "leave 'store' out: then it is ~/.local/share/buildit");
        }

        return new() { Start = start, Directory = directory, Config = config, Root = root, Discover = config.Discover, StoreDirectory = StoreOf(config, root) };
    }

    /// <summary>A path as messages show it: relative, if it is below the directory that the command was started in.</summary>
    public string Display(string path) => Display(Start, path);

    /// <summary>A directory and all above it.</summary>
    public static IEnumerable<string> Upwards(string directory)
    {
        for (var d = directory; d is not null; d = Path.GetDirectoryName(d))
        {
            yield return d;
        }
    }

    private static string Display(string start, string path)
    {
        var relative = Path.GetRelativePath(start, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
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

    /// <summary>Who asks registries: what <c>docker login</c> has kept.</summary>
    public static RegistryLogins RegistryLogins()
    {
        var directory = Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } set ? Path.GetFullPath(set) : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".docker");
        return new(Path.Combine(directory, "config.json"));
    }

    /// <summary>Who keeps buckets, and who asks them: what the command <c>aws</c> would take from the environment.</summary>
    public static S3Settings Buckets() => S3Settings.From(Environment.GetEnvironmentVariable);

    // XDG Base Directory Specification 0.8: relative paths in these variables are invalid and ignored.
    private static string Xdg(string variable, string fallback) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set && Path.IsPathRooted(set) ? set : Path.Combine(Home(), fallback);

    private static string Home() => Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home
        ? home
        : throw new BuilditException(ExitCode.InvalidInput, "neither HOME nor BUILDIT_STORE is set, so there is no place for the store", "set BUILDIT_STORE to a directory");
}
