using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Core.Debian;

/// <summary>
/// The rules by which one .deb becomes trees: usr-merge, split into outputs, links in place of maintainer scripts. It decides and
/// remembers, the caller writes; what it refuses (<see cref="BuilditException"/>) never reaches a disk. A change of what it gives for a
/// well-formed package needs a new <see cref="Version"/>, as that is part of each imported package's key.
/// </summary>
/// <param name="package">Name of the package, for messages.</param>
public sealed class ImportLayout(string package)
{
    private readonly Dictionary<string, Placement> _placed = new(StringComparer.Ordinal);
    private long _mtime;

    /// <summary>Where the entry goes, or null if there is nothing to write for it (directories, the usr-merge's own links).</summary>
    public Placement? Place(ArchiveEntry entry)
    {
        var path = TreePath.Clean(entry.Path);
        if (path is null || path.Contains('\uFFFD', StringComparison.Ordinal))
        {
            throw Refuse(entry.Path, "its name is absolute, has '..' or is not UTF-8");
        }

        _mtime = Math.Max(_mtime, entry.Mtime);
        return entry.Kind switch
        {
            null => throw Refuse(entry.Path, "it is neither file, directory nor link"),
            EntryKind.Directory => PlaceDirectory(path, entry),
            _ when path.Length == 0 => throw Refuse(entry.Path, "it takes the place of the root directory"),
            EntryKind.Symlink when UsrMerge.IsMergeLink(path, entry.Target) => null,
            _ when UsrMerge.Directories.Contains(path) => throw Refuse(entry.Path, "it takes the place of a directory that is merged into /usr"),
            EntryKind.Symlink => PlaceSymlink(path, entry.Target, entry),
            EntryKind.HardLink => PlaceHardLink(path, entry),
            _ => PlaceFile(path, entry),
        };
    }

    /// <summary>Reports the content of a file that <see cref="Place"/> gave a place to.</summary>
    public void SetContent(Placement placement, Digest content)
    {
        var path = placement.Entry.Path;
        if (!placement.IsRepeated)
        {
            _placed[path] = placement with { Entry = placement.Entry with { Content = content } };
        }
        else if (_placed[path].Entry.Content != content)
        {
            throw Refuse(path, "it is there twice with different content");
        }
    }

    /// <summary>Adds a link that a maintainer script would have made (<see cref="Distribution.Links"/>).</summary>
    public Placement AddLink(string absolutePath, string target)
    {
        var path = absolutePath.StartsWith('/') ? TreePath.Clean(absolutePath.TrimStart('/')) : null;
        return path is { Length: > 0 }
            ? PlaceSymlink(path, target, new(path, EntryKind.Symlink, 0x1FF, 0))
            : throw Refuse(absolutePath, "a declared link needs an absolute path without '..'");
    }

    /// <summary>The trees of all outputs that have anything. Directories are in every output that has something below them.</summary>
    public ImmutableSortedDictionary<string, Tree> ToTrees()
    {
        var parents = _placed.Keys.Select(TreePath.Parent).ToHashSet(StringComparer.Ordinal);
        var leaves = _placed.Values.Where(p => p.Entry.Kind != EntryKind.Directory || !parents.Contains(p.Entry.Path));
        return leaves.GroupBy(p => p.Output, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(g => g.Key, g => Tree.Create(WithDirectories(g.Select(p => p.Entry)), _mtime), StringComparer.Ordinal);
    }

    private IEnumerable<TreeEntry> WithDirectories(IEnumerable<TreeEntry> leaves)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var leaf in leaves)
        {
            yield return leaf;
            for (var parent = TreePath.Parent(leaf.Path); parent.Length > 0 && seen.Add(parent); parent = TreePath.Parent(parent))
            {
                yield return _placed[parent].Entry;
            }
        }
    }

    private Placement? PlaceDirectory(string path, ArchiveEntry entry)
    {
        path = UsrMerge.Fold(path);
        if (path.Length > 0)
        {
            EnsureParents(path, entry.Path);
            if (_placed.TryGetValue(path, out var known) && known.Entry.Kind != EntryKind.Directory)
            {
                throw Refuse(entry.Path, "it is there twice, as a directory and as something else");
            }

            _placed[path] = ToPlacement(new(path, EntryKind.Directory), entry);
        }

        return null;
    }

    private Placement PlaceSymlink(string path, string target, ArchiveEntry entry)
    {
        if (target.Length == 0 || target.Contains('\0', StringComparison.Ordinal))
        {
            throw Refuse(entry.Path, "it is a link without a target");
        }

        var link = new TreeEntry(UsrMerge.Fold(path), EntryKind.Symlink) { Target = UsrMerge.FoldTarget(path, target) };
        return Add(ToPlacement(link, entry with { Mode = 0x1FF }), entry.Path, known => known.Target == link.Target);
    }

    private Placement PlaceFile(string path, ArchiveEntry entry)
    {
        var file = new TreeEntry(UsrMerge.Fold(path), EntryKind.File) { Size = entry.Size };
        return Add(ToPlacement(file, entry), entry.Path, known => known.Size == entry.Size);
    }

    private Placement PlaceHardLink(string path, ArchiveEntry entry)
    {
        var target = TreePath.Clean(entry.Target) is { Length: > 0 } clean && _placed.TryGetValue(UsrMerge.Fold(clean), out var found) ? found : null;
        while (target?.Entry.Kind == EntryKind.HardLink)
        {
            target = _placed[target.Entry.Target!];
        }

        if (target?.Entry.Kind != EntryKind.File)
        {
            throw Refuse(entry.Path, $"it is a hard link to '{entry.Target}', which is no file that comes before it");
        }

        // A tree holds its own files: a hard link into another output becomes a file with the same content.
        var output = OutputSplit.Classify(UsrMerge.Fold(path), EntryKind.File);
        var link = output == target.Output
            ? target.Entry with { Path = UsrMerge.Fold(path), Kind = EntryKind.HardLink, Target = target.Entry.Path, Size = 0, Content = default }
            : target.Entry with { Path = UsrMerge.Fold(path) };
        return Add(new(output, link, false) { SharedWith = (target.Output, target.Entry.Path) }, entry.Path, known => known == link || known == target.Entry);
    }

    private static Placement ToPlacement(TreeEntry entry, ArchiveEntry source) =>
        new(OutputSplit.Classify(entry.Path, entry.Kind), entry with { Mode = source.Mode & 0xFFF, Uid = source.Uid, Gid = source.Gid }, false);

    private Placement Add(Placement placement, string written, Func<TreeEntry, bool> isSame)
    {
        var path = placement.Entry.Path;
        EnsureParents(path, written);
        if (_placed.TryAdd(path, placement))
        {
            return placement;
        }

        var known = _placed[path].Entry;
        return (known.Kind == placement.Entry.Kind || placement.SharedWith is not null) && isSame(known)
            ? placement with { IsRepeated = true }
            : throw Refuse(written, "it is there twice with different content");
    }

    /// <summary>Nothing is ever written through a link or into a file: each directory on the way must be one.</summary>
    private void EnsureParents(string path, string written)
    {
        for (var parent = TreePath.Parent(path); parent.Length > 0; parent = TreePath.Parent(parent))
        {
            if (_placed.TryGetValue(parent, out var known))
            {
                if (known.Entry.Kind != EntryKind.Directory)
                {
                    throw Refuse(written, $"it goes through '{parent}', which is not a directory");
                }

                return;
            }

            _placed.Add(parent, ToPlacement(new(parent, EntryKind.Directory), new(parent, EntryKind.Directory, 0x1ED, 0)));
        }
    }

    private BuilditException Refuse(string path, string reason) =>
        new(ExitCode.InvalidInput, $"the package '{package}' is refused: its entry '{path}' cannot be imported: {reason}");
}
