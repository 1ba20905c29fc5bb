using System.Text.Encodings.Web;
using System.Text.Json;

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
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>An index without images.</summary>
    public static byte[] Empty { get; } = Write(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", IndexType);
        json.WriteStartArray("manifests");
        json.WriteEndArray();
    });

    /// <summary>The index with this image, in place of another one with the same tag and platform; null if the bytes are not an index.</summary>
    public static byte[]? Add(ReadOnlyMemory<byte> index, OciIndexEntry entry)
    {
        try
        {
            using var document = JsonDocument.Parse(index);
            var manifests = document.RootElement.GetProperty("manifests").EnumerateArray().Where(m => !IsReplacedBy(m, entry)).ToArray();
            return Write(json =>
            {
                foreach (var property in document.RootElement.EnumerateObject().Where(p => p.Name != "manifests"))
                {
                    property.WriteTo(json);
                }

                json.WriteStartArray("manifests");
                Array.ForEach(manifests, m => m.WriteTo(json));
                Write(json, entry);
                json.WriteEndArray();
            });
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Every digest that a document (index, manifest) names, at whatever depth; null if it is not JSON.</summary>
    public static IReadOnlySet<Digest>? DigestsIn(ReadOnlyMemory<byte> document)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            return DigestsIn(json.RootElement).ToHashSet();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<Digest> DigestsIn(JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.Object => e.EnumerateObject().SelectMany(p => p.NameEquals("digest") && p.Value.ValueKind == JsonValueKind.String && Digest.TryParse(p.Value.GetString(), out var digest) ? [digest] : DigestsIn(p.Value)),
        JsonValueKind.Array => e.EnumerateArray().SelectMany(DigestsIn),
        _ => [],
    };

    private static bool IsReplacedBy(JsonElement manifest, OciIndexEntry entry)
    {
        var isSame = Text(manifest, "digest") == entry.Digest.ToString();
        var tag = manifest.TryGetProperty("annotations", out var annotations) ? Text(annotations, RefName) : null;
        var platform = manifest.TryGetProperty("platform", out var p) ? (Text(p, "os"), Text(p, "architecture")) : (null, null);
        return tag == entry.Tag && (isSame || (tag is not null && platform == (entry.Platform.Os, entry.Platform.Arch)));
    }

    private static string? Text(JsonElement e, string name) => e.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

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
