using System.Collections.Immutable;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core.Locks;

namespace Buildit.Cli.Locks;

/// <summary>A target and the pins of its own lock.</summary>
internal sealed record LockedTarget(Target Target, PinLock Pins);

/// <summary>Finds the targets of a workspace that have a lock.</summary>
internal static class LockedTargets
{
    /// <summary>All of them. Locks that come with a recipe tree in git are its own business.</summary>
    public static ImmutableArray<LockedTarget> Find(Workspace workspace) =>
    [
        .. from path in WorkspaceSearch.Files(workspace, PinLockFile.Name)
           where !workspace.IsCheckout(path)
           let target = TargetAt(workspace, Path.GetDirectoryName(path)!)
           where target is not null
           select new LockedTarget(target, LockFile.Read(path, workspace.Display).Pins),
    ];

    /// <summary>The target in a directory, or the package whose lock is there because its recipe is in a checkout; null if there is none.</summary>
    private static Target? TargetAt(Workspace workspace, string directory)
    {
        if (File.Exists(Path.Combine(directory, "container.yaml")) || File.Exists(Path.Combine(directory, "pkg.yaml")))
        {
            return Target.Find(workspace.Start, directory, []);
        }

        var locks = TargetLock.OfCheckouts(workspace) + "/";
        return directory.StartsWith(locks, StringComparison.Ordinal) ? Target.Package(workspace, directory[locks.Length..]) : null;
    }
}
