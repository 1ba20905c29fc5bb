using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core.Binhosts;
using Buildit.Core.Json;

namespace Buildit.Core.Registries;

/// <summary>What an index says of one of its images.</summary>
/// <param name="Descriptor">Of its manifest, or of another index.</param>
/// <param name="Platform"><c>os/arch</c> or <c>os/arch/variant</c>; null if the index does not say what it runs on.</param>
/// <param name="Tag">Reference within a layout, or null.</param>
public sealed record IndexedImage(Descriptor Descriptor, string? Platform, string? Tag)
{
    private const string Nothing = "unknown/unknown";
    private const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>Whether it runs anywhere: BuildKit keeps what it has to say of an image beside it in the index, for no platform.</summary>
    public bool IsRunnable => Platform != Nothing;

    /// <summary>The images of an index; null if the bytes are not an index.</summary>
    public static ImmutableArray<IndexedImage>? ReadAll(ReadOnlyMemory<byte> index)
    {
        try
        {
            using var json = JsonDocument.Parse(index);
            return [.. json.RootElement.GetProperty("manifests").EnumerateArray().Select(Read).Where(i => ImageDocument.IsOne(i.Descriptor.MediaType))];
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return null;
        }
    }

    /// <summary>Whether it runs on a platform; without a variant, any variant will do.</summary>
    public bool RunsOn(string platform) => Platform == platform || Platform?.StartsWith(platform + "/", StringComparison.Ordinal) == true;

    /// <summary>The <c>index.json</c> of a layout that holds this image alone.</summary>
    public byte[] WriteIndex() => JsonDocuments.Write(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", OciIndex.MediaType);
        json.WriteStartArray("manifests");
        json.WriteStartObject();
        json.WriteString("mediaType", Descriptor.MediaType);
        json.WriteString("digest", Descriptor.Digest.ToString());
        json.WriteNumber("size", Descriptor.Size);
        if (Platform?.Split('/') is [var os, var arch, .. var variant])
        {
            json.WriteStartObject("platform");
            json.WriteString("architecture", arch);
            json.WriteString("os", os);
            if (variant is [var v])
            {
                json.WriteString("variant", v);
            }

            json.WriteEndObject();
        }

        if (Tag is not null)
        {
            json.WriteStartObject("annotations");
            json.WriteString(RefName, Tag);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndArray();
    });

    /// <summary>What a configuration says that its image runs on; null if it says nothing.</summary>
    public static string? PlatformOf(ReadOnlyMemory<byte> config)
    {
        try
        {
            using var json = JsonDocument.Parse(config);
            return PlatformIn(json.RootElement);
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return null;
        }
    }

    private static IndexedImage Read(JsonElement e) => new(
        Descriptor.Read(e),
        e.TryGetProperty("platform", out var platform) ? PlatformIn(platform) : null,
        e.TryGetProperty("annotations", out var annotations) ? JsonDocuments.TextOrNull(annotations, RefName) : null);

    private static string? PlatformIn(JsonElement e) => (JsonDocuments.TextOrNull(e, "os"), JsonDocuments.TextOrNull(e, "architecture"), JsonDocuments.TextOrNull(e, "variant")) switch
    {
        ({ Length: > 0 } os, { Length: > 0 } arch, { Length: > 0 } variant) => $"{os}/{arch}/{variant}",
        ({ Length: > 0 } os, { Length: > 0 } arch, _) => $"{os}/{arch}",
        _ => null,
    };
}
