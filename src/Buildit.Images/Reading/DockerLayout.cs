using System.Text.Json;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Json;
using Buildit.Images.Docker;
using Buildit.Store.Archives;
using Buildit.Store.Compression;
using Buildit.Store.Files;

namespace Buildit.Images.Reading;

/// <summary>Reads the one image of a docker archive. Its configuration says what each layer must unpack to.</summary>
internal sealed class DockerLayout(IImageFiles files, TarListing listing)
{
    /// <summary>Reads everything; the image's digest is that of the whole file.</summary>
    public ImageContent Read(byte[] manifest, Digest digest, CancellationToken cancel)
    {
        try
        {
            return ReadImage(manifest, digest, cancel);
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            throw files.Damaged($"a document in it is not what it should be: {e.Message}", e);
        }
    }

    private ImageContent ReadImage(byte[] manifest, Digest digest, CancellationToken cancel)
    {
        using var parsed = JsonDocument.Parse(manifest);
        var image = parsed.RootElement.GetArrayLength() == 1
            ? parsed.RootElement[0]
            : throw new BuilditException(ExitCode.InvalidInput, $"{files.Name} holds {parsed.RootElement.GetArrayLength()} images", "only an archive with one image can be read: save the one that is meant alone");
        var named = image.GetProperty("Config").GetString()!;
        var config = files.ReadAll(Open(named), named);
        using var parsedConfig = JsonDocument.Parse(config);
        var layers = image.GetProperty("Layers").EnumerateArray().Select(l => l.GetString()!).ToArray();
        var diffIds = parsedConfig.RootElement.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(d => Digest.Parse(d.GetString()!)).ToArray();
        if (layers.Length != diffIds.Length)
        {
            throw files.Damaged("its manifest and its configuration have another number of layers");
        }

        var root = new RootBuilder();
        var sizes = layers.Zip(diffIds, (layer, diffId) => Add(root, layer, diffId, cancel)).ToArray();
        root.Check();
        var titles = OciLayout.Titles(parsedConfig.RootElement);
        return new()
        {
            Format = "docker-archive",
            Digest = digest,
            Documents = [("manifest", manifest), ("configuration", config)],
            Layers = [.. diffIds.Select((d, i) => new ImageLayer(d, sizes[i], d, titles.Length == layers.Length ? titles[i] : ""))],
            Entries = root.Entries,
            Files = root.Files,
            Elves = root.Elves,
        };
    }

    private long Add(RootBuilder root, string layer, Digest diffId, CancellationToken cancel)
    {
        using var tar = new HashedReadStream(Decompressor.Open(Open(layer)));
        root.Add(listing.Read(tar, $"layer '{layer}' of {files.Name}", _ => false, cancel));
        return tar.Digest == diffId ? tar.Count : throw files.Damaged($"the layer '{layer}' is not {diffId}");
    }

    private Stream Open(string path) => files.Open(path) ?? throw files.Damaged($"there is no '{path}', which '{DockerArchive.Manifest}' names");
}
