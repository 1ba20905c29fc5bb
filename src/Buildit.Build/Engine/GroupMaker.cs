using System.Collections.Immutable;
using Buildit.Build.Workspaces;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Core.Trees;
using Buildit.Store;
using Buildit.Store.Trees;

namespace Buildit.Build.Engine;

/// <summary>Makes the outputs of a group: nothing but the links and files that it declares.</summary>
public sealed class GroupMaker(ContentStore store, RecordKeeper records)
{
    // A group has no sources to take a date from. 1980-01-01: the oldest date that every archive format can hold.
    private const long Date = 315532800;

    /// <summary>Makes and registers a group.</summary>
    public async Task<Realised> MakeAsync(Package.Group group, CancellationToken cancel)
    {
        var directory = store.NewWorkPath("group");
        Directory.CreateDirectory(directory);
        var realised = await records.KeepAsync(
            group, new(group.Key.Digest), Make(group, directory), [.. group.Companions.Select(c => c.Name)], [], [.. group.Content.Files.Select(f => new Material(f.Path, null, f.Digest))], Date, cancel);
        WorkDirectory.Delete(directory);
        return realised;
    }

    /// <summary>Makes a group's outputs, by name, in a directory; nothing of it is part of the store yet.</summary>
    public ImmutableSortedDictionary<string, StoredTree> Make(Package.Group group, string directory)
    {
        var entries = group.Content.Links.Select(l => new TreeEntry(l.Key.TrimStart('/'), EntryKind.Symlink) { Target = l.Value })
            .Concat(group.Content.Files.Select(f => CopyIn(f, directory)))
            .ToArray();
        var tree = Tree.Create(entries, Date);
        Materialise(tree, directory);
        var outputs = ImmutableSortedDictionary.Create<string, StoredTree>(StringComparer.Ordinal);
        return entries.Length == 0 ? outputs : outputs.Add("runtime", store.PrepareTree(tree, directory));
    }

    private static TreeEntry CopyIn(ResolvedFile file, string directory)
    {
        var path = file.Path.TrimStart('/');
        var place = Path.Combine(directory, path);
        LocalFile.Copy(file.LocalPath, place, file.Digest);
        return new(path, EntryKind.File) { Mode = file.Executable ? 0x1ED : 0x1A4, Size = new FileInfo(place).Length, Content = file.Digest };
    }

    private static void Materialise(Tree tree, string directory)
    {
        foreach (var entry in tree.Entries)
        {
            var path = Path.Combine(directory, entry.Path);
            if (entry.Kind == EntryKind.Directory)
            {
                Directory.CreateDirectory(path);
            }
            else if (entry.Kind == EntryKind.Symlink)
            {
                File.CreateSymbolicLink(path, entry.Target!);
            }
        }
    }
}
