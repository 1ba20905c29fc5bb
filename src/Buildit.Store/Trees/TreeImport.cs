using Buildit.Core.Trees;
using Buildit.Store.Layers;

namespace Buildit.Store.Trees;

/// <summary>Makes a tree part of the store whose files lie elsewhere.</summary>
public static class TreeImport
{
    /// <summary>Writes all files, and gives the tree as it is in the store then.</summary>
    public static async Task<StoredTree> PutAsync(ContentStore store, LayerSource source, CancellationToken cancel)
    {
        var (tar, directory) = (store.NewWorkPath("import"), store.NewWorkPath("import"));
        try
        {
            var tree = await Task.Run(() => Unpack(source, tar, directory, cancel), cancel);
            return (await store.CommitAsync([store.PrepareTree(tree, directory)], [], cancel))[0];
        }
        finally
        {
            File.Delete(tar);
        }
    }

    private static Tree Unpack(LayerSource source, string tar, string directory, CancellationToken cancel)
    {
        using var file = new FileStream(tar, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        source.WriteTar(file);
        file.Position = 0;
        return new TreeUnpacker(directory).Unpack(file, cancel);
    }
}
