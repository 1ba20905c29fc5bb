using System.Text.Encodings.Web;
using System.Text.Json;
using Buildit.Core.Binhosts;

namespace Buildit.Core.Registries;

/// <summary>The list of what is about a manifest, where a registry does not keep it itself (OCI distribution specification 1.1, "Referrers Tag Schema"): an index.</summary>
public static class ReferrerList
{
    private const string NameOf = "io.buildit.name";

    /// <summary>The list with an artifact, in place of an earlier state of it; null if it is there already.</summary>
    /// <param name="list">As it is now; null = there is none.</param>
    /// <param name="artifact">What is about the manifest.</param>
    /// <param name="bytes">Its manifest.</param>
    /// <param name="name">What tells its later states from other artifacts.</param>
    public static byte[]? Add(ReadOnlyMemory<byte>? list, ArtifactManifest artifact, ReadOnlySpan<byte> bytes, string name)
    {
        using var index = Parse(list ?? OciIndex.Empty);
        var (digest, size) = (Digest.Of(bytes), bytes.Length);
        var others = index.RootElement.TryGetProperty("manifests", out var manifests) ? manifests.EnumerateArray().ToArray() : [];
        return others.Any(m => Text(m, "digest") == digest.ToString()) ? null : Write(json =>
        {
            Array.ForEach([.. others.Where(m => !(m.TryGetProperty("annotations", out var a) && Text(a, NameOf) == name))], m => m.WriteTo(json));
            json.WriteStartObject();
            json.WriteString("mediaType", ArtifactManifest.MediaType);
            json.WriteString("digest", digest.ToString());
            json.WriteNumber("size", size);
            json.WriteString("artifactType", artifact.Type);
            json.WriteStartObject("annotations");
            json.WriteString(NameOf, name);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> list)
    {
        try
        {
            return JsonDocument.Parse(list);
        }
        catch (JsonException)
        {
            return JsonDocument.Parse(OciIndex.Empty);
        }
    }

    private static string? Text(JsonElement e, string name) => e.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static byte[] Write(Action<Utf8JsonWriter> manifests)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", OciIndex.MediaType);
            json.WriteStartArray("manifests");
            manifests(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
