using Buildit.Core;
using Buildit.Core.Json;
using Buildit.Core.Trees;
using Buildit.Images.Oci;

namespace Buildit.Images.Docker;

/// <summary>
/// Writes what <c>docker save</c> writes ("Docker Image Specification v1.2", "Combined Image JSON + Filesystem Changeset Format"): <c>docker load</c> and
/// <c>podman load</c> read it, skopeo calls it <c>docker-archive</c>.
/// </summary>
public static class DockerArchive
{
    /// <summary>The file that says what is in the archive.</summary>
    public const string Manifest = "manifest.json";

    /// <summary>Streams the archive of an image whose layers are not compressed to its place, where it is whole or not at all. Gives the digest of its bytes.</summary>
    public static async Task<Digest> WriteAsync(OciImage image, long mtime, string path, CancellationToken cancel) =>
        (await HashedFile.WriteAsync(path, file => Task.Run(() => Write(image, mtime, file), cancel))).Digest;

    private static void Write(OciImage image, long mtime, Stream output)
    {
        var tar = new CanonicalTarWriter(output);
        foreach (var layer in image.Layers.DistinctBy(l => l.DiffId))
        {
            tar.WriteEntry(new(LayerName(layer.DiffId), EntryKind.File) { Size = layer.Size }, mtime, _ => File.OpenRead(layer.Path));
        }

        var mode = new TreeEntry(Manifest, EntryKind.File).Mode;
        var config = Digest.Of(image.Config.Span).Hex + ".json";
        tar.WriteFile(config, image.Config.Span, mode, mtime);
        tar.WriteFile(Manifest, ManifestOf(image, config), mode, mtime);
        tar.Finish();
    }

    // A list, since docker can save several images together.
    private static byte[] ManifestOf(OciImage image, string config) =>
    [
        (byte)'[',
        .. JsonDocuments.Write(json =>
        {
            json.WriteString("Config", config);
            JsonDocuments.Texts(json, "RepoTags", image.Tag is { } tag ? [tag] : []);
            JsonDocuments.Texts(json, "Layers", image.Layers.Select(l => LayerName(l.DiffId)));
        }),
        (byte)']',
    ];

    private static string LayerName(Digest diffId) => diffId.Hex + ".tar";
}
