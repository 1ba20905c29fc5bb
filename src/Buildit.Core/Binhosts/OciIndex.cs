using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core.Json;
using Buildit.Core.Registries;

namespace Buildit.Core.Binhosts;

/// <summary>An image in the index of a layout.</summary>
/// <param name="Digest">Of its manifest.</param>
/// <param name="Size">Of its manifest.</param>
/// <param name="Platform">What it runs on.</param>
/// <param name="Tag">Reference within the layout, or null.</param>
public sealed record OciIndexEntry(Digest Digest, long Size, Platform Platform, string? Tag);

/// <summary>The <c>index.json</c> of an OCI image layout that several write to: entries are added, and whatever else is in it stays as it is.</summary>
public static class OciIndex
{
    /// <summary>Media type of an index.</summary>
    public const string MediaType = "application/vnd.oci.image.index.v1+json";

    private const string ManifestType = ArtifactManifest.MediaType;
    private const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>An index without images.</summary>
    public static byte[] Empty { get; } = JsonDocuments.Write(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", MediaType);
        json.WriteStartArray("manifests");
        json.WriteEndArray();
    });

    /// <summary>The index with this image, in place of another one with the same tag and platform; null if the bytes are not an index.</summary>
    public static byte[]? Add(ReadOnlyMemory<byte> index, OciIndexEntry entry) => Join(index, JsonDocuments.Write(json =>
    {
        json.WriteStartArray("manifests");
        Write(json, entry);
        json.WriteEndArray();
    }));

    /// <summary>The index with the images of another one, in place of those with the same tag and platform; null if the bytes are not both an index.</summary>
    public static byte[]? Join(ReadOnlyMemory<byte> index, ReadOnlyMemory<byte> added) => Reading(() =>
    {
        using var older = JsonDocument.Parse(index);
        using var newer = JsonDocument.Parse(added);
        var replacing = newer.RootElement.GetProperty("manifests").EnumerateArray().ToArray();
        var kept = older.RootElement.GetProperty("manifests").EnumerateArray().Where(m => !replacing.Any(r => IsReplacedBy(m, r))).ToArray();
        return JsonDocuments.Write(json =>
        {
            foreach (var property in older.RootElement.EnumerateObject().Where(p => p.Name != "manifests"))
            {
                property.WriteTo(json);
            }

            json.WriteStartArray("manifests");
            Array.ForEach([.. kept, .. replacing], m => m.WriteTo(json));
            json.WriteEndArray();
        });
    });

    /// <summary>Its images that have a tag and say what they run on; null if the bytes are not an index.</summary>
    public static ImmutableArray<OciIndexEntry>? Tagged(ReadOnlyMemory<byte> index) => Reading<ImmutableArray<OciIndexEntry>?>(() =>
    {
        using var document = JsonDocument.Parse(index);
        return document.RootElement.GetProperty("manifests").EnumerateArray().Select(Entry).OfType<OciIndexEntry>().ToImmutableArray();
    });

    private static OciIndexEntry? Entry(JsonElement m) => Tag(m) is { } tag && PlatformOf(m) is ({ } os, { } arch)
        ? new(Digest.Parse(JsonDocuments.Text(m, "digest")), m.GetProperty("size").GetInt64(), new(os, arch), tag)
        : null;

    private static T? Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return default;
        }
    }

    /// <summary>Every digest that a document (index, manifest) names, at whatever depth; null if it is not JSON, or has texts that are not Unicode.</summary>
    public static IReadOnlySet<Digest>? DigestsIn(ReadOnlyMemory<byte> document) => Reading<IReadOnlySet<Digest>?>(() =>
    {
        using var json = JsonDocument.Parse(document);
        return DigestsIn(json.RootElement).ToHashSet();
    });

    private static IEnumerable<Digest> DigestsIn(JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.Object => e.EnumerateObject().SelectMany(p => p.NameEquals("digest") && p.Value.ValueKind == JsonValueKind.String && Digest.TryParse(p.Value.GetString(), out var digest) ? [digest] : DigestsIn(p.Value)),
        JsonValueKind.Array => e.EnumerateArray().SelectMany(DigestsIn),
        _ => [],
    };

    private static bool IsReplacedBy(JsonElement manifest, JsonElement other) =>
        Tag(manifest) is var tag && tag == Tag(other) && (JsonDocuments.TextOrNull(manifest, "digest") == JsonDocuments.TextOrNull(other, "digest") || (tag is not null && PlatformOf(manifest) == PlatformOf(other)));

    private static string? Tag(JsonElement manifest) => manifest.TryGetProperty("annotations", out var annotations) ? JsonDocuments.TextOrNull(annotations, RefName) : null;

    private static (string? Os, string? Arch) PlatformOf(JsonElement manifest) => manifest.TryGetProperty("platform", out var p) ? (JsonDocuments.TextOrNull(p, "os"), JsonDocuments.TextOrNull(p, "architecture")) : (null, null);

    private static void Write(Utf8JsonWriter json, OciIndexEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", ManifestType);
        json.WriteString("digest", entry.Digest.ToString());
        json.WriteNumber("size", entry.Size);
        json.WriteStartObject("platform");
        json.WriteString("architecture", entry.Platform.Arch);
        json.WriteString("os", entry.Platform.Os);
        json.WriteEndObject();
        if (entry.Tag is { } tag)
        {
            json.WriteStartObject("annotations");
            json.WriteString(RefName, tag);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
