using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;

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

    /// <summary>A package of this name, whether or not there is one.</summary>
    public static Target Package(Workspace workspace, string name) => new PackageName { Written = name, Path = System.IO.Path.GetFullPath(name, workspace.Start) };

    /// <summary>A directory that is a target, or a package that a recipe tree has; null if it is neither.</summary>
    public static Target? TryFind(Workspace workspace, string written)
    {
        var isPackage = PackageAtom.TryParse(written, out var atom, out _) && workspace.RecipeTrees.Any(t => File.Exists(System.IO.Path.Combine(t, atom.Key, "pkg.yaml")));
        return InDirectory(written, System.IO.Path.GetFullPath(written, workspace.Start)) ?? (isPackage ? Package(workspace, written) : null);
    }

    /// <summary>Looks at what is there; throws if a target cannot be meant.</summary>
    /// <param name="start">Absolute directory that relative paths count from.</param>
    /// <param name="written">The argument.</param>
    /// <param name="verbs">Names of commands, for whoever mistyped one.</param>
    public static Target Find(string start, string written, IEnumerable<string> verbs)
    {
        var path = System.IO.Path.GetFullPath(written, start);
        return InDirectory(written, path) ?? (IsAtom(start, written, path) ? new PackageName { Written = written, Path = path } : throw NoTarget(written, path, verbs));
    }

    /// <summary>The container or recipe in a directory; null if there is none.</summary>
    public static Target? InDirectory(string written, string path) =>
        File.Exists(System.IO.Path.Combine(path, "container.yaml")) ? new ContainerDirectory { Written = written, Path = path }
        : File.Exists(System.IO.Path.Combine(path, "pkg.yaml")) ? new RecipeDirectory { Written = written, Path = path }
        : null;

    // "containers/nope" beside a directory "containers" was meant as a path, unless there is such a package: a directory "www-servers" hides none.
    private static bool IsAtom(string start, string target, string path) =>
        !Directory.Exists(path) && target.Contains('/', StringComparison.Ordinal) && !target.StartsWith('.') && !target.StartsWith('/') && !target.EndsWith('/') &&
        (!Directory.Exists(System.IO.Path.GetDirectoryName(path)) || IsKnown(start, target));

    private static bool IsKnown(string start, string target)
    {
        if (!PackageAtom.TryParse(target, out var atom, out _) || atom.IsDebian)
        {
            return atom.IsDebian;
        }

        // Whatever is wrong with the configuration is told later, by whoever needs it.
        var bag = new DiagnosticBag();
        return TreePlaces.Of(Settings.Find(start, start, bag), [], bag).Any(tree => tree.Length > 0 && File.Exists(System.IO.Path.Combine(tree, atom.Key, "pkg.yaml")));
    }

    // What the nearest name in the same directory is, written as the target was.
    private static string? Beside(string target, string path)
    {
        var parent = System.IO.Path.GetDirectoryName(System.IO.Path.TrimEndingDirectorySeparator(path));
        var known = Directory.Exists(parent) ? Directory.EnumerateFileSystemEntries(parent).Where(IsTarget).Select(e => System.IO.Path.GetFileName(e)) : [];
        var written = target.TrimEnd('/');
        var name = written[(written.LastIndexOf('/') + 1)..];
        return Suggestion.Nearest(name, known) is { } near ? written[..^name.Length] + near : null;
    }

    private static bool IsTarget(string path) =>
        File.Exists(System.IO.Path.Combine(path, "container.yaml")) || File.Exists(System.IO.Path.Combine(path, "pkg.yaml")) || System.IO.Path.GetExtension(path) is ".aci" or ".oci" or ".tar";

    private static BuilditException NoTarget(string target, string path, IEnumerable<string> verbs) => File.Exists(path)
        ? new(ExitCode.InvalidInput, $"'{target}' is a file", "name the directory that the container.yaml or pkg.yaml is in")
        : Directory.Exists(path)
        ? new(ExitCode.InvalidInput, $"there is neither a container.yaml nor a pkg.yaml in '{target}'", "a target is the directory of a container or recipe, or a package's name")
        : new(
            ExitCode.InvalidInput,
            $"there is no target '{target}'",
            Suggestion.Nearest(target, verbs) is { } verb ? $"did you mean the command '{verb}'?"
                : Beside(target, path) is { } near ? $"did you mean '{near}'?"
                : "a target is the directory of a container or recipe, or a package's name (category/name)");
}
