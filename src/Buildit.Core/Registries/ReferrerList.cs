using System.Text.Json;
using Buildit.Core.Binhosts;
using Buildit.Core.Json;

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
        var (digest, size) = (Digest.Of(bytes), bytes.Length);
        try
        {
            return Added(list ?? OciIndex.Empty, artifact.Type, digest, size, name);
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            // Whatever it is, nobody can find anything by it.
            return Added(OciIndex.Empty, artifact.Type, digest, size, name);
        }
    }

    private static byte[]? Added(ReadOnlyMemory<byte> list, string type, Digest digest, int size, string name)
    {
        using var index = JsonDocument.Parse(list);
        var others = index.RootElement.TryGetProperty("manifests", out var manifests) ? manifests.EnumerateArray().ToArray() : [];
        return others.Any(m => JsonDocuments.TextOrNull(m, "digest") == digest.ToString()) ? null : JsonDocuments.Write(json =>
        {
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", OciIndex.MediaType);
            json.WriteStartArray("manifests");
            Array.ForEach([.. others.Where(m => NameIn(m) != name)], m => m.WriteTo(json));
            json.WriteStartObject();
            json.WriteString("mediaType", ArtifactManifest.MediaType);
            json.WriteString("digest", digest.ToString());
            json.WriteNumber("size", size);
            json.WriteString("artifactType", type);
            json.WriteStartObject("annotations");
            json.WriteString(NameOf, name);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        });
    }

    private static string? NameIn(JsonElement manifest) => manifest.TryGetProperty("annotations", out var annotations) ? JsonDocuments.TextOrNull(annotations, NameOf) : null;
}
