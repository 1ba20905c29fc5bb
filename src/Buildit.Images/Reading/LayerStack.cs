using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Store;
using Buildit.Store.Archives;
using Buildit.Store.Compression;
using Buildit.Store.Files;
using Buildit.Store.Layers;
using Buildit.Store.Sources;
using Buildit.Store.Trees;

namespace Buildit.Images.Reading;

/// <summary>Lays layers of anybody's image over each other, and makes a tree of the store of what is there in the end. The layers' bytes are compared with their diffIDs on the way.</summary>
/// <param name="store">Where the tree goes.</param>
/// <param name="shown">The image, for messages.</param>
public sealed class LayerStack(ContentStore store, string shown)
{
    private readonly SourceLimits _limits = new();
    private readonly Dictionary<Digest, Func<Stream>> _contents = [];

    /// <summary>The tree of all layers together. Its files have no time of their own.</summary>
    public async Task<StoredTree> FlattenAsync(ImmutableArray<LayerBlob> layers, CancellationToken cancel)
    {
        var spools = new List<SpooledTar>();
        try
        {
            var root = new RootBuilder();
            foreach (var layer in layers)
            {
                root.Add(await Task.Run(() => Read(layer, spools, cancel), cancel));
            }

            root.Check();
            return await TreeImport.PutAsync(store, new(Tree.Create(root.Entries, 0), Open), cancel);
        }
        catch (ArgumentException e)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"the layers of {shown} make no file system: {e.Message}", inner: e);
        }
        finally
        {
            spools.ForEach(s => s.Dispose());
        }
    }

    private Stream Open(TreeEntry entry) => entry.Size == 0 ? Stream.Null : _contents[entry.Content]();

    private List<ListedFile> Read(LayerBlob layer, List<SpooledTar> spools, CancellationToken cancel)
    {
        var what = $"layer {layer.Digest} of {shown}";
        using var tar = new HashedReadStream(Decompressor.Open(File.OpenRead(layer.Path)));
        var listed = new TarListing(store.Scratch, _limits).Read(tar, what, static _ => false, cancel);
        if (tar.Digest != layer.DiffId)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"{shown} is damaged: its layer {layer.Digest} does not unpack to {layer.DiffId}");
        }

        var spool = SpooledTar.Read(Decompressor.Open(File.OpenRead(layer.Path)), what, store.Scratch, _limits, cancel);
        spools.Add(spool);
        foreach (var file in listed.Where(f => f.Entry.Kind == EntryKind.File))
        {
            _contents.TryAdd(file.Entry.Content, () => spool.Open(file.Entry.Path) ?? Stream.Null);
        }

        return WithoutLinks(listed);
    }

    /// <summary>Every name of a file as a file: which of them an upper layer takes away is not known yet.</summary>
    private static List<ListedFile> WithoutLinks(IReadOnlyList<ListedFile> layer)
    {
        var files = new Dictionary<string, ListedFile>(StringComparer.Ordinal);
        var result = new List<ListedFile>();
        foreach (var file in layer)
        {
            var source = file.Entry.Kind == EntryKind.HardLink && files.TryGetValue(file.Entry.Target!, out var target) ? target with { Entry = target.Entry with { Path = file.Entry.Path } } : file;
            if (source.Entry.Kind == EntryKind.File)
            {
                files[source.Entry.Path] = source;
            }

            result.Add(source);
        }

        return result;
    }
}
