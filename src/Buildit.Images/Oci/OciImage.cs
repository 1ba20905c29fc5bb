using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Images.Composition;
using Buildit.Store.Layers;

namespace Buildit.Images.Oci;

/// <summary>What an OCI image is made from.</summary>
public sealed record OciRequest(ImageRoot Root, Container Container, Step.Image Step);

/// <summary>Something that a manifest names.</summary>
public sealed record OciDescriptor(string MediaType, Digest Digest, long Size);

/// <summary>An OCI image: its documents as bytes, and its layers as blobs on disk. Ready for a layout or a registry.</summary>
/// <param name="Platform">What it runs on.</param>
/// <param name="Config">The image configuration.</param>
/// <param name="Manifest">The image manifest; its digest is the image's.</param>
/// <param name="Layers">In order, the container layer last.</param>
/// <param name="Tag">Reference within a layout, if any.</param>
public sealed record OciImage(Platform Platform, ReadOnlyMemory<byte> Config, ReadOnlyMemory<byte> Manifest, ImmutableArray<LayerBlob> Layers, string? Tag)
{
    /// <summary>Media type of <see cref="Manifest"/>.</summary>
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>Media type of <see cref="Config"/>.</summary>
    public const string ConfigType = "application/vnd.oci.image.config.v1+json";

    private const string IndexType = "application/vnd.oci.image.index.v1+json";

    /// <summary>The image's digest.</summary>
    public Digest Digest => Digest.Of(Manifest.Span);

    /// <summary>The <c>index.json</c> of a layout that holds this image alone.</summary>
    public byte[] WriteIndex() => Json.Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", IndexType);
        json.WriteStartArray("manifests");
        json.WriteStartObject();
        WriteDescriptor(json, ManifestType, Digest, Manifest.Length);
        json.WriteStartObject("platform");
        json.WriteString("architecture", Platform.Arch);
        json.WriteString("os", Platform.Os);
        json.WriteEndObject();
        if (Tag is not null)
        {
            json.WriteStartObject("annotations");
            json.WriteString("org.opencontainers.image.ref.name", Tag);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>What a manifest names, its configuration first; null if it is not the manifest of an image.</summary>
    public static ImmutableArray<OciDescriptor>? ReadManifest(ReadOnlyMemory<byte> manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            return [Descriptor(json.RootElement.GetProperty("config")), .. json.RootElement.GetProperty("layers").EnumerateArray().Select(Descriptor)];
        }
        catch (Exception e) when (IsMalformed(e))
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
        catch (Exception e) when (IsMalformed(e))
        {
            return null;
        }
    }

    internal static byte[] WriteManifest(ReadOnlySpan<byte> config, IEnumerable<LayerBlob> layers)
    {
        var (digest, size) = (Digest.Of(config), config.Length);
        return Json.Write(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", ManifestType);
            json.WriteStartObject("config");
            WriteDescriptor(json, ConfigType, digest, size);
            json.WriteEndObject();
            json.WriteStartArray("layers");
            foreach (var layer in layers)
            {
                json.WriteStartObject();
                WriteDescriptor(json, layer.MediaType, layer.Digest, layer.Size);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static OciDescriptor Descriptor(JsonElement e) =>
        new(e.GetProperty("mediaType").GetString() ?? "", Digest.Parse(e.GetProperty("digest").GetString() ?? ""), e.GetProperty("size").GetInt64());

    private static bool IsMalformed(Exception e) => e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException;

    private static void WriteDescriptor(Utf8JsonWriter json, string mediaType, Digest digest, long size)
    {
        json.WriteString("mediaType", mediaType);
        json.WriteString("digest", digest.ToString());
        json.WriteNumber("size", size);
    }
}
