using Buildit.Core;
using Buildit.Core.Trees;
using Buildit.Store.Trees;

namespace Buildit.Store.Layers;

/// <summary>What a layer is made from: a tree and a way to its files' bytes. The diffID is given where it is known without writing the tar.</summary>
public sealed record LayerSource(Tree Tree, Func<TreeEntry, Stream> Open, Digest? DiffId = null)
{
    /// <summary>
    /// Names the layer's uncompressed bytes before they are written: the diffID, or else the digest of the printed tree, which has the digest of every file.
    /// </summary>
    public Digest Key => DiffId ?? Digest.Of(Tree.Print());

    /// <summary>A package output as a layer: its own canonical tar, so that equal packages give equal layers across images.</summary>
    public static LayerSource Of(StoredTree tree) => new(tree.Tree, tree.Open, tree.DiffId);

    /// <summary>Writes the canonical tar, with the end of the archive.</summary>
    public void WriteTar(Stream output)
    {
        var tar = new CanonicalTarWriter(output);
        tar.WriteTree(Tree, Open);
        tar.Finish();
    }
}
