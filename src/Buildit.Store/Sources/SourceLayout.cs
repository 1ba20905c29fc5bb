using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Core.Trees;
using Buildit.Store.Files;
using Buildit.Store.Native;

namespace Buildit.Store.Sources;

/// <summary>A source tree in its final form: every path with its place in the canonical tar.</summary>
internal sealed class SourceLayout
{
    private const int MaxLinks = 40;
    private readonly SortedDictionary<string, SourceNode> _nodes;

    private SourceLayout(SortedDictionary<string, SourceNode> nodes) => _nodes = nodes;

    /// <summary>The newest time of all paths; null if there are none.</summary>
    public long? NewestMtime => _nodes.Count == 0 ? null : _nodes.Values.Max(n => n.Mtime);

    /// <summary>
    /// Drops leading directories (null: the one that all paths are in, if there is such), adds the directories that no entry names,
    /// and refuses paths below something that is no directory and symbolic links that lead out.
    /// </summary>
    public static SourceLayout Create(IReadOnlyDictionary<string, SourceNode> nodes, int? strip)
    {
        var drop = strip ?? (HasSingleTop(nodes) ? 1 : 0);
        var kept = new SortedDictionary<string, SourceNode>(PathOrder.Instance);
        foreach (var (path, node) in nodes)
        {
            if (WithoutLeading(path, drop) is { } shorter && !kept.TryAdd(shorter, node))
            {
                throw RefusedException.Entry(path, $"and another one are both '{shorter}' without {drop} leading directories");
            }
        }

        var layout = new SourceLayout(kept);
        layout.AddParents();
        layout.CheckSymlinks();
        return layout;
    }

    /// <summary>Writes the canonical tar.</summary>
    public void Write(Stream output, CancellationToken cancel)
    {
        var tar = new CanonicalTarWriter(output);
        var names = new Dictionary<SourceFile, string>(ReferenceEqualityComparer.Instance);
        foreach (var (path, node) in _nodes)
        {
            cancel.ThrowIfCancellationRequested();
            tar.WriteEntry(ToEntry(path, node, names), node.Mtime, _ => node.File!.Open());
        }

        tar.Finish();
    }

    /// <summary>Makes everything in a new directory, and gives it as a tree of one time. No entry is below a link, so nothing is written through one.</summary>
    public Tree Unpack(string directory, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory);
        var names = new Dictionary<SourceFile, string>(ReferenceEqualityComparer.Instance);
        var entries = new List<TreeEntry>(_nodes.Count);
        foreach (var (path, node) in _nodes)
        {
            cancel.ThrowIfCancellationRequested();
            entries.Add(Make(directory, ToEntry(path, node, names), node));
        }

        return Tree.Create(entries, NewestMtime ?? 0);
    }

    private static TreeEntry Make(string directory, TreeEntry entry, SourceNode node)
    {
        var place = Path.Combine(directory, entry.Path);
        switch (entry.Kind)
        {
            case EntryKind.Directory:
                Directory.CreateDirectory(place);
                return entry;
            case EntryKind.Symlink:
                File.CreateSymbolicLink(place, entry.Target!);
                return entry;
            case EntryKind.HardLink:
                HardLink.CreateOrCopy(Path.Combine(directory, entry.Target!), place);
                return entry;
            default:
                using (var content = node.File!.Open())
                using (var file = new FileStream(place, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1))
                using (var hashing = new HashingStream(file, HashAlgorithmName.SHA256))
                {
                    content.CopyTo(hashing);
                    return entry with { Content = Digest.FromHash(hashing.GetHash()) };
                }
        }
    }

    /// <summary>The first name of a file in the canonical order carries it, the others are links to that.</summary>
    private static TreeEntry ToEntry(string path, SourceNode node, Dictionary<SourceFile, string> names)
    {
        if (node.File is not { } file)
        {
            return new(path, node.Kind) { Target = node.Target };
        }

        var mode = Convert.ToInt32(file.Executable ? "755" : "644", 8);
        return names.TryAdd(file, path)
            ? new(path, EntryKind.File) { Mode = mode, Size = file.Length }
            : new(path, EntryKind.HardLink) { Mode = mode, Target = names[file] };
    }

    private static bool HasSingleTop(IReadOnlyDictionary<string, SourceNode> nodes)
    {
        var tops = nodes.Keys.Select(Top).Distinct(StringComparer.Ordinal).Take(2).ToArray();
        return tops.Length == 1 && (!nodes.TryGetValue(tops[0], out var top) || top.Kind == EntryKind.Directory);
    }

    private static string Top(string path) => path.IndexOf('/', StringComparison.Ordinal) is var i and >= 0 ? path[..i] : path;

    private static string? WithoutLeading(string path, int count)
    {
        for (; count > 0; count--)
        {
            var slash = path.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0)
            {
                return null;
            }

            path = path[(slash + 1)..];
        }

        return path;
    }

    private void AddParents()
    {
        // A directory that the archive does not name is as new as what is in the archive.
        var mtime = NewestMtime ?? 0;
        foreach (var path in _nodes.Keys.ToArray())
        {
            for (var parent = TreePath.Parent(path); parent.Length > 0; parent = TreePath.Parent(parent))
            {
                if (!_nodes.TryGetValue(parent, out var node))
                {
                    _nodes.Add(parent, new(EntryKind.Directory, mtime));
                }
                else if (node.Kind != EntryKind.Directory)
                {
                    throw RefusedException.Entry(path, $"is below '{parent}', which is {(node.Kind == EntryKind.Symlink ? "a symbolic link" : "a file")}");
                }
                else
                {
                    break;
                }
            }
        }
    }

    private void CheckSymlinks()
    {
        foreach (var (path, node) in _nodes)
        {
            if (node.Kind == EntryKind.Symlink && Escapes(path, node.Target!))
            {
                throw RefusedException.Entry(path, $"is a symbolic link to '{node.Target}', which is outside the tree");
            }
        }
    }

    /// <summary>Follows the link as the kernel would, since "a/.." is not where it seems to be if "a" is a link itself.</summary>
    private bool Escapes(string path, string target)
    {
        var at = new List<string>(TreePath.Parent(path).Split('/', StringSplitOptions.RemoveEmptyEntries));
        var todo = new Stack<string>(Reversed(target));
        for (var links = 0; todo.TryPop(out var part);)
        {
            if (part == "..")
            {
                if (at.Count == 0)
                {
                    return true;
                }

                at.RemoveAt(at.Count - 1);
            }
            else if (_nodes.TryGetValue(string.Join('/', [.. at, part]), out var node) && node.Kind == EntryKind.Symlink)
            {
                if (++links > MaxLinks)
                {
                    // A loop leads nowhere.
                    return false;
                }

                PushAll(todo, node.Target!);
            }
            else
            {
                at.Add(part);
            }
        }

        return false;
    }

    private static IEnumerable<string> Reversed(string target) => target.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").Reverse();

    private static void PushAll(Stack<string> todo, string target)
    {
        foreach (var part in Reversed(target))
        {
            todo.Push(part);
        }
    }
}
