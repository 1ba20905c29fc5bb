using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Targets;

/// <summary>What a TARGET of the command line names. A directory wins over a package of the same name.</summary>
internal abstract record Target
{
    private Target()
    {
    }

    /// <summary>As it was written.</summary>
    public required string Written { get; init; }

    /// <summary>Absolute path of what was written; of nothing, if it is a package's name.</summary>
    public required string Path { get; init; }

    /// <summary>A directory with a container.yaml.</summary>
    public sealed record ContainerDirectory : Target;

    /// <summary>A directory with a pkg.yaml.</summary>
    public sealed record RecipeDirectory : Target;

    /// <summary>A package of the recipe trees or the distribution.</summary>
    public sealed record PackageName : Target;

    /// <summary>Looks at what is there; throws if a target cannot be meant.</summary>
    /// <param name="start">Absolute directory that relative paths count from.</param>
    /// <param name="written">The argument.</param>
    /// <param name="verbs">Names of commands, for whoever mistyped one.</param>
    public static Target Find(string start, string written, IEnumerable<string> verbs)
    {
        var path = System.IO.Path.GetFullPath(written, start);
        if (File.Exists(System.IO.Path.Combine(path, "container.yaml")))
        {
            return new ContainerDirectory { Written = written, Path = path };
        }

        if (File.Exists(System.IO.Path.Combine(path, "pkg.yaml")))
        {
            return new RecipeDirectory { Written = written, Path = path };
        }

        return IsAtom(written, path) ? new PackageName { Written = written, Path = path } : throw NoTarget(written, path, verbs);
    }

    // "containers/nope" beside a directory "containers" was meant as a path, whatever packages there may be.
    private static bool IsAtom(string target, string path) =>
        !Directory.Exists(path) && !Directory.Exists(System.IO.Path.GetDirectoryName(path)) && target.Contains('/', StringComparison.Ordinal) && !target.StartsWith('.') && !target.StartsWith('/') && !target.EndsWith('/');

    private static BuilditException NoTarget(string target, string path, IEnumerable<string> verbs) => File.Exists(path)
        ? new(ExitCode.InvalidInput, $"'{target}' is a file", "name the directory that the container.yaml or pkg.yaml is in")
        : Directory.Exists(path)
        ? new(ExitCode.InvalidInput, $"there is neither a container.yaml nor a pkg.yaml in '{target}'", "a target is the directory of a container or recipe, or a package's name")
        : new(
            ExitCode.InvalidInput,
            $"there is no target '{target}'",
            Suggestion.Nearest(target, verbs) is { } verb ? $"did you mean the command '{verb}'?" : "a target is the directory of a container or recipe, or a package's name (category/name)");
}
