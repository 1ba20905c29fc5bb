using Buildit.Core.Trees;

namespace Buildit.Store.Trees;

/// <summary>Modes and times on disk. They only protect and order; the true modes and owners are in the tree's entries.</summary>
internal static class TreePermissions
{
    private const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Files lose their write bits and get the tree's time. Directories stay writable for their owner, since they are renamed and one day deleted.</summary>
    public static void MakeReadOnly(Tree tree, string directory)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(tree.Mtime).UtcDateTime;
        foreach (var entry in tree.Entries)
        {
            if (entry.Kind == EntryKind.File)
            {
                var path = Path.Combine(directory, entry.Path);
                File.SetLastWriteTimeUtc(path, time);
                File.SetUnixFileMode(path, entry.IsExecutable ? Read | Execute : Read);
            }
        }
    }
}
