using Buildit.Core;
using Buildit.Core.Trees;

namespace Buildit.Store.Trees;

/// <summary>A tree that the store holds unpacked: its value, the digest of its canonical tar (the OCI diffID), and the directory with its files.</summary>
public sealed record StoredTree(Digest DiffId, Tree Tree, string Directory)
{
    /// <summary>Opens a regular file of the tree. Nobody writes to it: to share it saves two system calls, a lock and its release.</summary>
    public Stream Open(TreeEntry entry) =>
        new FileStream(Path.Combine(Directory, entry.Path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);

    /// <summary>Writes the tree as canonical tar, with the end of the archive.</summary>
    public void WriteTar(Stream output)
    {
        var tar = new CanonicalTarWriter(output);
        tar.WriteTree(Tree, Open);
        tar.Finish();
    }
}
