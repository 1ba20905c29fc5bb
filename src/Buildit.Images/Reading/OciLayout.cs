using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Diagnostics;
using Buildit.Core.Json;
using Buildit.Core.Registries;
using Buildit.Images.Oci;
using Buildit.Store.Archives;
using Buildit.Store.Compression;
using Buildit.Store.Files;

namespace Buildit.Images.Reading;

/// <summary>Reads the one image of an OCI image layout ("OCI Image Layout Specification"). Every blob is compared with the digest and size that name it, every layer with its diffID.</summary>
/// <param name="files">The layout.</param>
/// <param name="listing">Reads layers.</param>
/// <param name="known">The files of a layer by its diffID, if they are there already; such a layer is not read.</param>
internal sealed class OciLayout(IImageFiles files, TarListing listing, Func<Digest, IReadOnlyList<ListedFile>?>? known = null)
{
    /// <summary>The file that says what the directory is.</summary>
    public const string Marker = BinhostLayout.LayoutMarker;

    private const string Docker = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>Reads everything.</summary>
    public ImageContent Read(CancellationToken cancel)
    {
        try
        {
            return ReadImage(cancel);
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            throw files.Damaged($"a document in it is not what it should be: {e.Message}", e);
        }
    }

    private ImageContent ReadImage(CancellationToken cancel)
    {
        var named = ManifestOf(Document(BinhostLayout.ImageIndex));
        var manifest = Blob(named);
        using var parsed = JsonDocument.Parse(manifest);
        var config = Blob(Descriptor.Read(parsed.RootElement.GetProperty("config")));
        using var parsedConfig = JsonDocument.Parse(config);
        var layers = parsed.RootElement.GetProperty("layers").EnumerateArray().Select(Descriptor.Read).ToArray();
        var diffIds = parsedConfig.RootElement.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(d => Digest.Parse(d.GetString()!)).ToArray();
        if (layers.Length != diffIds.Length)
        {
            throw files.Damaged("its manifest and its configuration have another number of layers");
        }

        var root = new RootBuilder();
        foreach (var (layer, diffId) in layers.Zip(diffIds))
        {
            root.Add(known?.Invoke(diffId) ?? Layer(layer, diffId, cancel));
        }

        root.Check();
        var titles = Titles(parsedConfig.RootElement);
        return new()
        {
            Format = "oci",
            Digest = named.Digest,
            Documents = [("manifest", manifest), ("configuration", config)],
            Layers = [.. layers.Zip(diffIds, (l, d) => (l, d)).Select((p, i) => new ImageLayer(p.l.Digest, p.l.Size, p.d, titles.Length == layers.Length ? titles[i] : ""))],
            Entries = root.Entries,
            Files = root.Files,
            Elves = root.Elves,
        };
    }

    private Descriptor ManifestOf(byte[] index)
    {
        using var parsed = JsonDocument.Parse(index);
        var manifests = parsed.RootElement.GetProperty("manifests").EnumerateArray().Select(Descriptor.Read).Where(d => d.MediaType is OciImage.ManifestType or Docker).ToArray();
        return manifests switch
        {
            [var only] => only,
            [] => throw files.Damaged("it holds no image"),
            _ => throw new BuilditException(ExitCode.InvalidInput, $"{files.Name} holds {manifests.Length} images", "only a layout with one image can be read: copy the one that is meant out of it, for example with skopeo"),
        };
    }

    private IReadOnlyList<ListedFile> Layer(Descriptor layer, Digest diffId, CancellationToken cancel)
    {
        Verify(layer);
        using var tar = new HashedReadStream(Decompressor.Open(Open(layer)));
        var listed = listing.Read(tar, $"layer {layer.Digest} of {files.Name}", _ => false, cancel);
        return tar.Digest == diffId ? listed : throw files.Damaged($"the layer {layer.Digest} does not unpack to {diffId}");
    }

    private byte[] Blob(Descriptor descriptor)
    {
        var bytes = files.ReadAll(Open(descriptor), descriptor.Digest.ToString());
        return bytes.Length == descriptor.Size && Digest.Of(bytes) == descriptor.Digest ? bytes : throw Mistaken(descriptor);
    }

    private void Verify(Descriptor descriptor)
    {
        using var blob = new HashedReadStream(Open(descriptor));
        blob.CopyTo(Stream.Null);
        if (blob.Digest != descriptor.Digest || blob.Count != descriptor.Size)
        {
            throw Mistaken(descriptor);
        }
    }

    private Stream Open(Descriptor descriptor) => files.Open(BinhostLayout.Blob(descriptor.Digest)) ?? throw files.Damaged($"the blob {descriptor.Digest} is not there");

    private byte[] Document(string path) => files.ReadAll(files.Open(path) ?? throw files.Damaged($"there is no '{path}'"), path);

    private BuilditException Mistaken(Descriptor descriptor) => files.Damaged($"the blob {descriptor.Digest} is not what its name and size say");

    /// <summary>What made each layer; steps that made none are left out.</summary>
    internal static string[] Titles(JsonElement config) => config.TryGetProperty("history", out var history)
        ? [.. history.EnumerateArray().Where(h => !h.TryGetProperty("empty_layer", out var empty) || !empty.GetBoolean()).Select(h => h.TryGetProperty("created_by", out var by) ? by.GetString() ?? "" : "")]
        : [];
}
