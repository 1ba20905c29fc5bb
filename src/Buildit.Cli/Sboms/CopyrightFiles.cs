using Buildit.Core.Graphs;
using Buildit.Core.Sboms;
using Buildit.Core.Trees;
using Buildit.Store;
using Buildit.Store.Trees;

namespace Buildit.Cli.Sboms;

/// <summary>Finds the copyright files of imported packages, in whichever output they are. A package may leave that to another one, by a link of its directory or file.</summary>
/// <param name="store">Has the outputs.</param>
/// <param name="packages">All packages that such a link may lead to.</param>
internal sealed class CopyrightFiles(ContentStore store, IEnumerable<Realised> packages)
{
    private const string Directory = "usr/share/doc";
    private const int MostLinks = 4;
    private readonly Dictionary<string, Realised> _byName = packages.Where(p => p.Package is Package.Imported).DistinctBy(p => p.Package.Name).ToDictionary(p => ((Package.Imported)p.Package).Pin.Name, StringComparer.Ordinal);

    /// <summary>The copyright file of a package, or null.</summary>
    public SbomText? Find(Package.Imported package)
    {
        var name = package.Pin.Name;
        for (var links = 0; links < MostLinks && _byName.TryGetValue(name, out var owner); links++)
        {
            var trees = new[] { OutputSplit.Doc, OutputSplit.Runtime }.Where(owner.Record.Outputs.ContainsKey).Select(o => store.FindTree(owner.Record.Outputs[o])).OfType<StoredTree>().ToArray();
            var (tree, entry) = Entry(trees, $"{Directory}/{name}/copyright") ?? Entry(trees, $"{Directory}/{name}") ?? default;
            switch (entry?.Kind)
            {
                case EntryKind.File:
                    return new("/" + entry.Path, Text(tree!, entry));
                case EntryKind.HardLink when tree!.Tree.Entries.FirstOrDefault(e => e.Path == entry.Target) is { } file:
                    return new("/" + entry.Path, Text(tree, file));
                case EntryKind.Symlink:
                    // "../gcc-12-base/copyright" and "gcc-12-base" both name a package.
                    name = entry.Target!.Split('/').LastOrDefault(p => p is not ("" or "." or ".." or "copyright")) ?? "";
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    private static (StoredTree? Tree, TreeEntry? Entry)? Entry(IEnumerable<StoredTree> trees, string path)
    {
        foreach (var tree in trees)
        {
            if (tree.Tree.Entries.FirstOrDefault(e => e.Path == path && e.Kind != EntryKind.Directory) is { } entry)
            {
                return (tree, entry);
            }
        }

        return null;
    }

    private static string Text(StoredTree tree, TreeEntry entry)
    {
        using var stream = tree.Open(entry);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return FoundText.Decode(memory.ToArray());
    }
}
