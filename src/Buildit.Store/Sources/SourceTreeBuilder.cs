using System.Text;
using Buildit.Core.Trees;

namespace Buildit.Store.Sources;

/// <summary>Collects an archive's entries into a tree of paths, as unpacking them one after the other would, and refuses what has no place in one.</summary>
internal sealed class SourceTreeBuilder(Spool spool, SourceLimits limits)
{
    private const int MaxPath = 4096;
    private readonly Dictionary<string, SourceNode> _nodes = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>What was collected, by clean path.</summary>
    public IReadOnlyDictionary<string, SourceNode> Nodes => _nodes;

    /// <summary>Adds an entry. Of two files with one name the later stays, as with tar.</summary>
    public void Add(ArchiveEntry entry)
    {
        if (++_count > limits.Entries)
        {
            throw new RefusedException($"it has more than {limits.Entries} entries");
        }

        var path = CleanPath(entry.Name, entry.Name, "its name");
        if (path.Length == 0 && entry.Kind != EntryKind.Directory)
        {
            throw RefusedException.Entry(entry.Name, "has no name");
        }

        if (path.Length == 0)
        {
            // "./", the tree itself.
            return;
        }

        var node = ToNode(entry);
        if (_nodes.TryGetValue(path, out var earlier) && earlier.Kind != node.Kind)
        {
            throw RefusedException.Entry(entry.Name, $"is there twice, as {Word(earlier.Kind)} and as {Word(node.Kind)}");
        }

        _nodes[path] = node;
    }

    private SourceNode ToNode(ArchiveEntry entry) => entry.Kind switch
    {
        EntryKind.Directory => new(EntryKind.Directory, entry.Mtime),
        EntryKind.File => new(EntryKind.File, entry.Mtime, File: spool.Add(entry.Content!, entry.Executable)),
        EntryKind.Symlink => new(EntryKind.Symlink, entry.Mtime, Target: CheckTarget(entry)),
        _ => Linked(entry),
    };

    /// <summary>A hard link means the file that has the name now, even if a later entry takes that name over.</summary>
    private SourceNode Linked(ArchiveEntry entry)
    {
        var target = CleanPath(entry.Target!, entry.Name, "the target of the hard link");
        if (!_nodes.TryGetValue(target, out var node))
        {
            throw RefusedException.Entry(entry.Name, $"is a hard link to '{entry.Target}', which is not in the archive before it");
        }

        return node.Kind != EntryKind.Directory ? node : throw RefusedException.Entry(entry.Name, "is a hard link to a directory");
    }

    private static string CheckTarget(ArchiveEntry entry)
    {
        var target = entry.Target!;
        if (target.Length == 0 || target.Contains('\0', StringComparison.Ordinal))
        {
            throw RefusedException.Entry(entry.Name, "is a symbolic link with an empty target or a NUL in it");
        }

        if (Encoding.UTF8.GetByteCount(target) > MaxPath)
        {
            throw RefusedException.Entry(entry.Name, $"is a symbolic link with a target longer than {MaxPath} bytes");
        }

        return target.StartsWith('/') ? throw RefusedException.Entry(entry.Name, $"is a symbolic link to the absolute path '{target}'") : target;
    }

    private static string CleanPath(string path, string entry, string what)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw RefusedException.Entry(entry, $"is refused: {what} has a NUL in it");
        }

        if (Encoding.UTF8.GetByteCount(path) > MaxPath)
        {
            throw RefusedException.Entry(path[..64] + "…", $"is refused: {what} is longer than {MaxPath} bytes");
        }

        return TreePath.Clean(path) ?? throw RefusedException.Entry(entry, $"is refused: {what} {(path.StartsWith('/') ? "is an absolute path" : "has a '..' in it")}");
    }

    private static string Word(EntryKind kind) => kind switch { EntryKind.Directory => "a directory", EntryKind.Symlink => "a symbolic link", _ => "a file" };
}
