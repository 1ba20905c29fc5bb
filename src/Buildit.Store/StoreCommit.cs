using System.Collections.Immutable;
using System.Text;
using Buildit.Core;
using Buildit.Store.Trees;

namespace Buildit.Store;

/// <summary>Makes prepared trees and small blobs part of a store: see <see cref="ContentStore.CommitAsync"/>.</summary>
internal sealed class StoreCommit(ContentStore store)
{
    /// <summary>Does it. The process may die at any instruction.</summary>
    public async Task<ImmutableArray<StoredTree>> RunAsync(IReadOnlyCollection<StoredTree> trees, IReadOnlyCollection<byte[]> blobs, CancellationToken cancel)
    {
        var files = blobs.Select(b => (Temp: store.NewWorkPath("blob"), Place: store.Paths.Blob(Digest.Of(b)), Bytes: b))
            .Concat(trees.Select(t => (Temp: store.NewWorkPath("tree"), Place: store.Paths.TreeManifest(t.DiffId), Bytes: Encoding.UTF8.GetBytes(t.Tree.Print()))))
            .ToArray();
        try
        {
            foreach (var (temp, _, bytes) in files)
            {
                await File.WriteAllBytesAsync(temp, bytes, cancel);
            }

            await store.SyncAsync();
            foreach (var (temp, place, _) in files)
            {
                File.Move(temp, place, overwrite: true);
            }
        }
        catch
        {
            Array.ForEach(files, f => File.Delete(f.Temp));
            throw;
        }

        // A tree counts only with its manifest beside it, so that the manifest may come first.
        foreach (var tree in trees)
        {
            PutTree(tree.Directory, store.Paths.Tree(tree.DiffId));
        }

        await store.SyncAsync();
        return [.. trees.Select(t => t with { Directory = store.Paths.Tree(t.DiffId) })];
    }

    private static void PutTree(string directory, string place)
    {
        try
        {
            // The directory itself must be writable to be renamed; what is in it is not.
            Directory.Move(directory, place);
        }
        catch (IOException) when (Directory.Exists(place))
        {
            WorkDirectory.Delete(directory);
        }
    }
}
