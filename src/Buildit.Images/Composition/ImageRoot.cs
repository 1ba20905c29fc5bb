using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.ContainerLayers;
using Buildit.Store.Layers;

namespace Buildit.Images.Composition;

/// <summary>The file system of an image: the packages' outputs, and the container layer that lies over them.</summary>
public sealed class ImageRoot
{
    private readonly Dictionary<string, RootEntry> _byPath;
    private readonly HashSet<string> _layerPaths;

    private ImageRoot(ImmutableArray<ImagePart> parts, BaseImage? below, ImmutableArray<RootEntry> entries, long mtime)
    {
        Parts = parts;
        Base = below;
        Entries = entries;
        Mtime = mtime;
        _byPath = entries.ToDictionary(e => e.Entry.Path, StringComparer.Ordinal);
        ContainerLayer = MakeContainerLayer();
        _layerPaths = ContainerLayer.Tree.Entries.Select(e => e.Path).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>In dependency order.</summary>
    public ImmutableArray<ImagePart> Parts { get; }

    /// <summary>What they lie on, if anything.</summary>
    public BaseImage? Base { get; }

    /// <summary>Everything that is in the image, sorted by path, each path once.</summary>
    public ImmutableArray<RootEntry> Entries { get; }

    /// <summary>The image's source date in seconds since 1970; also the container layer's modification time.</summary>
    public long Mtime { get; }

    /// <summary>What no package brings: the container's own files, base directories, usr-merge links.</summary>
    public LayerSource ContainerLayer { get; }

    /// <summary>Merges; null if there is a conflict, which the bag then has.</summary>
    public static ImageRoot? Compose(IEnumerable<ImagePart> parts, ContainerFiles files, long sourceDate, DiagnosticBag bag, BaseImage? below = null)
    {
        var own = new DiagnosticBag();
        ImmutableArray<ImagePart> ordered = [.. parts];
        var merged = PartMerger.Merge(below is null ? ordered : [below.Part, .. ordered], own);
        new ContainerMerger(merged, sourceDate, own).Merge(files);
        foreach (var diagnostic in own.Items)
        {
            bag.Add(diagnostic);
        }

        return own.HasErrors ? null : new(ordered, below, HardLinks.Restore(merged.Values), sourceDate);
    }

    /// <summary>Whether the container layer says what a path is.</summary>
    internal bool IsInContainerLayer(string path) => _layerPaths.Contains(path);

    /// <summary>The entry at this very path.</summary>
    public RootEntry? Find(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>The entry that a program in the image finds at this path: symbolic links are followed, within the root. Null if there is nothing.</summary>
    public RootEntry? Resolve(string path) => PathWalk.Resolve(p => Find(p)?.Entry, path) is { } found ? Find(found) : null;

    /// <summary>
    /// The container's entries, the directories above them as they are in the merged root (an unpacker takes a layer's word for a directory's mode), and the
    /// directories that the last package to name them would leave with other attributes than the merged root has.
    /// </summary>
    private LayerSource MakeContainerLayer()
    {
        var paths = new SortedSet<string>(PathOrder.Instance);
        foreach (var entry in Entries.Where(e => e.Part is null))
        {
            for (var path = entry.Entry.Path; path.Length > 0 && paths.Add(path); path = TreePath.Parent(path))
            {
            }
        }

        foreach (var (path, last) in LastDirectories())
        {
            if (last != _byPath[path].Entry)
            {
                for (var up = path; up.Length > 0 && paths.Add(up); up = TreePath.Parent(up))
                {
                }
            }
        }

        return new(Tree.Create(paths.Select(path => _byPath[path].Entry), Mtime), entry => _byPath[entry.Path].Open());
    }

    private IEnumerable<ImagePart> AllParts => Base is null ? Parts : Parts.Prepend(Base.Part);

    private Dictionary<string, TreeEntry> LastDirectories()
    {
        var last = new Dictionary<string, TreeEntry>(StringComparer.Ordinal);
        foreach (var directory in AllParts.SelectMany(p => p.Tree.Tree.Entries).Where(e => e.Kind == EntryKind.Directory))
        {
            last[directory.Path] = directory;
        }

        return last;
    }
}
