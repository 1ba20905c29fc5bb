using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Images.Composition;

/// <summary>
/// The promise that an image holds exactly the files of its packages and its container layer: unpacks the layers in thought, as a container engine would, and
/// compares with the root that was asked for.
/// </summary>
internal static class LayerCheck
{
    private const string Whiteout = ".wh.";

    internal static void Verify(ImageRoot root, IReadOnlyCollection<LayerGroup> layers)
    {
        foreach (var (layer, entry) in layers.SelectMany(l => l.Source.Tree.Entries.Select(e => (l, e))))
        {
            RefuseWhiteout(entry.Path, layer);
        }

        Compare(root, layers.Select(l => l.Source.Tree));
    }

    /// <summary>The same for trees that are laid over each other where nothing means that a file is deleted.</summary>
    internal static void Compare(ImageRoot root, IEnumerable<Tree> layers)
    {
        var unpacked = new Dictionary<string, TreeEntry>(StringComparer.Ordinal);
        foreach (var layer in root.Base is { } below ? layers.Prepend(below.Part.Tree.Tree) : layers)
        {
            var files = layer.Entries.Where(e => e.Kind == EntryKind.File).ToDictionary(e => e.Path, StringComparer.Ordinal);
            foreach (var entry in layer.Entries)
            {
                unpacked[entry.Path] = AsFile(entry, files);
            }
        }

        var asked = root.Entries.Where(e => e.Entry.Kind == EntryKind.File).ToDictionary(e => e.Entry.Path, e => e.Entry, StringComparer.Ordinal);
        foreach (var entry in root.Entries)
        {
            if (!unpacked.Remove(entry.Entry.Path, out var there) || there != AsFile(entry.Entry, asked))
            {
                throw new InvalidOperationException($"the layers do not give '/{entry.Entry.Path}' as it was asked for");
            }
        }

        if (unpacked.Count > 0)
        {
            throw new InvalidOperationException($"the layers have '/{unpacked.Keys.First()}', which nobody asked for");
        }
    }

    // Which name of a hard-linked file is the file may differ between a layer and the whole; the file behind it may not.
    private static TreeEntry AsFile(TreeEntry entry, Dictionary<string, TreeEntry> files) =>
        entry.Kind == EntryKind.HardLink ? files[entry.Target!] with { Path = entry.Path } : entry;

    private static void RefuseWhiteout(string path, LayerGroup layer)
    {
        if (TreePath.Name(path).StartsWith(Whiteout, StringComparison.Ordinal))
        {
            throw new BuilditException(
                ExitCode.InvalidInput,
                $"'/{path}' of {layer.Title} cannot be in an OCI image: a name that starts with '{Whiteout}' means that a file is deleted",
                "leave the file out, or make an ACI");
        }
    }
}
