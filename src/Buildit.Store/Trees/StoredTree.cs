using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Core.Trees;
using Buildit.Store.Files;

namespace Buildit.Store.Trees;

/// <summary>A tree that the store holds unpacked: its value, the digest of its canonical tar (the OCI diffID), and the directory with its files.</summary>
public sealed record StoredTree(Digest DiffId, Tree Tree, string Directory)
{
    /// <summary>Names a directory with a tree's files by their diffID.</summary>
    internal static StoredTree Of(Tree tree, string directory)
    {
        var unnamed = new StoredTree(default, tree, directory);
        return unnamed with { DiffId = unnamed.ReadDiffId() };
    }

    /// <summary>Reads all files: whether the tree is what its name says.</summary>
    internal bool IsWhole()
    {
        try
        {
            return ReadDiffId() == DiffId;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Opens a regular file of the tree.</summary>
    public Stream Open(TreeEntry entry) =>
        new FileStream(Path.Combine(Directory, entry.Path), FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);

    /// <summary>Writes the tree as canonical tar, with the end of the archive.</summary>
    public void WriteTar(Stream output)
    {
        var tar = new CanonicalTarWriter(output);
        tar.WriteTree(Tree, Open);
        tar.Finish();
    }

    private Digest ReadDiffId()
    {
        using var hash = new HashingStream(Stream.Null, HashAlgorithmName.SHA256);
        using var stream = new BufferedStream(hash, 1 << 17);
        WriteTar(stream);
        stream.Flush();
        return Digest.FromHash(hash.GetHash());
    }
}
