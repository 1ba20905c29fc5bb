using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core.Locks;
using Buildit.Core.Recipes;

namespace Buildit.Cli.Locks;

/// <summary>
/// The lock of a target. What it does not pin, the lock beside the recipe that asks may: recipes of a tree can have theirs, which serve every target.
/// </summary>
internal sealed class TargetLock
{
    private readonly Workspace _workspace;
    private readonly Dictionary<string, PinLock> _beside = new(StringComparer.Ordinal);

    private TargetLock(Workspace workspace, string? path)
    {
        _workspace = workspace;
        Path = path;
        Own = path is null ? PinLock.Empty : LockFile.Read(path, workspace.Display).Pins;
        Pins = new(Find);
    }

    /// <summary>Where it is, whether or not it is there; null if the target is a package of the distribution, or none at all.</summary>
    public string? Path { get; }

    /// <summary>Where it is, as messages show it.</summary>
    public string DisplayPath => Path is null ? PinLockFile.Name : _workspace.Display(Path);

    /// <summary>What it pins itself.</summary>
    public PinLock Own { get; }

    /// <summary>Answers the lookups of one graph.</summary>
    public Pins Pins { get; }

    /// <summary>Opens the lock of a target; throws if it is damaged.</summary>
    public static TargetLock Open(Workspace workspace, Target target) => new(workspace, PathOf(workspace, target));

    /// <summary>Where the locks of packages are whose recipes are in a checkout, each in <c>CATEGORY/NAME/</c>: beside the configuration that named the tree.</summary>
    public static string OfCheckouts(Workspace workspace) => System.IO.Path.Combine(workspace.Root, "locks");

    /// <summary>Whether nothing of the target declares what is pinned. Recipe trees are the configuration's business, which may have the same file.</summary>
    public bool IsUnused(Lookup lookup) => !lookup.IsOfConfiguration && !Pins.IsDeclared(lookup);

    private Pin? Find(Lookup lookup, string directory) => Own.Find(lookup) ?? Beside(directory).Find(lookup);

    private PinLock Beside(string directory)
    {
        if (!_beside.TryGetValue(directory, out var locked))
        {
            _beside[directory] = locked = LockFile.Read(System.IO.Path.Combine(directory, PinLockFile.Name), _workspace.Display).Pins;
        }

        return locked;
    }

    private static string? PathOf(Workspace workspace, Target target)
    {
        if (target is not Target.PackageName)
        {
            return System.IO.Path.Combine(target.Path, PinLockFile.Name);
        }

        if (!PackageAtom.TryParse(target.Written, out var atom, out _) || atom.IsDebian
            || workspace.RecipeTrees.Select(t => System.IO.Path.Combine(t, atom.Key)).FirstOrDefault(d => File.Exists(System.IO.Path.Combine(d, "pkg.yaml"))) is not { } directory)
        {
            return null;
        }

        return System.IO.Path.Combine(workspace.IsCheckout(directory) ? System.IO.Path.Combine(OfCheckouts(workspace), atom.Key) : directory, PinLockFile.Name);
    }
}
