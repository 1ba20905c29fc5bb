using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Containers;
using Buildit.Core.Json;
using Buildit.Core.Registries;
using Buildit.Images.Composition;
using Buildit.Store.Layers;

namespace Buildit.Images.Oci;

/// <summary>What an OCI image is made from.</summary>
public sealed record OciRequest(ImageRoot Root, Container Container, Step.Image Step);

/// <summary>An OCI image: its documents as bytes, and its layers as blobs on disk. Ready for a layout or a registry.</summary>
/// <param name="Platform">What it runs on.</param>
/// <param name="Config">The image configuration.</param>
/// <param name="Manifest">The image manifest; its digest is the image's.</param>
/// <param name="Layers">In order, the container layer last.</param>
/// <param name="Tag">Reference within a layout, if any.</param>
public sealed record OciImage(Platform Platform, ReadOnlyMemory<byte> Config, ReadOnlyMemory<byte> Manifest, ImmutableArray<LayerBlob> Layers, string? Tag)
{
    /// <summary>Media type of <see cref="Manifest"/>.</summary>
    public const string ManifestType = ArtifactManifest.MediaType;

    /// <summary>Media type of <see cref="Config"/>.</summary>
    public const string ConfigType = "application/vnd.oci.image.config.v1+json";

    /// <summary>The image's digest.</summary>
    public Digest Digest => Digest.Of(Manifest.Span);

    /// <summary>The <c>index.json</c> of a layout that holds this image alone.</summary>
    public byte[] WriteIndex() => OciIndex.Add(OciIndex.Empty, new(Digest, Manifest.Length, Platform, Tag))!;

    /// <summary>What a manifest names, its configuration first; null if it is not the manifest of an image.</summary>
    public static ImmutableArray<Descriptor>? ReadManifest(ReadOnlyMemory<byte> manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            return [Descriptor.Read(json.RootElement.GetProperty("config")), .. json.RootElement.GetProperty("layers").EnumerateArray().Select(Descriptor.Read)];
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return null;
        }
    }

    /// <summary>The diffIDs of the layers that a configuration names; null if it is not the configuration of an image.</summary>
    public static ImmutableArray<Digest>? ReadDiffIds(ReadOnlyMemory<byte> config)
    {
        try
        {
            using var json = JsonDocument.Parse(config);
            return [.. json.RootElement.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(d => Digest.Parse(d.GetString() ?? ""))];
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return null;
        }
    }

    internal static byte[] WriteManifest(ReadOnlySpan<byte> config, IEnumerable<LayerBlob> layers)
    {
        var described = new Descriptor(ConfigType, Digest.Of(config), config.Length);
        return JsonDocuments.Write(json =>
        {
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", ManifestType);
            json.WritePropertyName("config");
            described.Write(json);
            json.WriteStartArray("layers");
            foreach (var layer in layers)
            {
                new Descriptor(layer.MediaType, layer.Digest, layer.Size).Write(json);
            }

            json.WriteEndArray();
        });
    }
}
