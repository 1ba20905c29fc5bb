using System.Collections.Immutable;
using Buildit.Core.Trees;

namespace Buildit.Images.Composition;

/// <summary>
/// Divides a root into the trees of its packages, as they are, and what lies over them, so that whoever lays all of them over each other in order gets the very root: the same files, links, modes and times.
/// </summary>
internal static class SplitRoot
{
    /// <summary>
    /// What lies over the packages' trees: what no package brings; what the last package to name a path would leave with another time than it has in the root; and files of several names of
    /// which not all are that package's in the end (who unpacks a package then needs none of them from it). With the directories above.
    /// </summary>
    internal static ImmutableArray<RootEntry> Top(ImageRoot root)
    {
        var last = new Dictionary<string, ImagePart>(StringComparer.Ordinal);
        foreach (var (path, part) in root.Parts.SelectMany(part => part.Tree.Tree.Entries.Select(e => (e.Path, part))))
        {
            last[path] = part;
        }

        var top = root.ContainerLayer.Tree.Entries.Select(e => e.Path).ToHashSet(StringComparer.Ordinal);
        top.UnionWith(root.Entries.Where(e => e.Part is not null && last[e.Entry.Path].Tree.Tree.Mtime != e.Mtime).Select(e => e.Entry.Path));
        AddBrokenLinks(root, last, top);
        foreach (var path in top.ToArray())
        {
            for (var up = TreePath.Parent(path); up.Length > 0 && top.Add(up); up = TreePath.Parent(up))
            {
            }
        }

        ImmutableArray<RootEntry> entries = [.. root.Entries.Where(e => top.Contains(e.Entry.Path))];
        LayerCheck.Compare(root, [.. root.Parts.Select(p => p.Tree.Tree), Tree.Create(entries.Select(e => e.Entry), root.Mtime)]);
        return entries;
    }

    private static void AddBrokenLinks(ImageRoot root, Dictionary<string, ImagePart> last, HashSet<string> top)
    {
        var files = root.Parts.SelectMany(part => HardLinks.SharedNames(part.Tree.Tree).GroupBy(n => n.Value, n => n.Key).Select(names => (Part: part, Names: names.ToArray()))).ToList();
        // Each that is added may take a name from another one.
        while (files.FindIndex(f => f.Names.Any(n => top.Contains(n) || last[n] != f.Part || root.Find(n)!.Part != f.Part)) is var broken and >= 0)
        {
            top.UnionWith(files[broken].Names);
            files.RemoveAt(broken);
        }
    }
}
