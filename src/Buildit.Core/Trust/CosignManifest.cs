using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core.Json;
using Buildit.Core.Registries;

namespace Buildit.Core.Trust;

/// <summary>One signature or attestation of an image.</summary>
/// <param name="Content">What was signed (<see cref="CosignPayload"/>), or a DSSE envelope.</param>
/// <param name="Annotations">The signature, and whatever else its maker says.</param>
public sealed record CosignLayer(Descriptor Content, ImmutableSortedDictionary<string, string> Annotations)
{
    private const string SignatureName = "dev.cosignproject.cosign/signature";

    /// <summary>The signature in DER; null if there is none.</summary>
    public byte[]? Signature
    {
        get
        {
            var bytes = new byte[Annotations.GetValueOrDefault(SignatureName, "").Length];
            return bytes.Length > 0 && Convert.TryFromBase64String(Annotations[SignatureName], bytes, out var length) ? bytes[..length] : null;
        }
    }

    /// <summary>A signature over bytes.</summary>
    public static CosignLayer OfSignature(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature) => Of(CosignPayload.MediaType, payload, (SignatureName, Convert.ToBase64String(signature)));

    /// <summary>An envelope with its signatures inside.</summary>
    /// <param name="envelope">DSSE.</param>
    /// <param name="predicateType">Of the statement in it.</param>
    public static CosignLayer OfEnvelope(ReadOnlySpan<byte> envelope, string predicateType) => Of("application/vnd.dsse.envelope.v1+json", envelope, (SignatureName, ""), ("predicateType", predicateType));

    private static CosignLayer Of(string mediaType, ReadOnlySpan<byte> content, params (string Name, string Value)[] annotations) => new(
        new(mediaType, Digest.Of(content), content.Length), annotations.ToImmutableSortedDictionary(a => a.Name, a => a.Value, StringComparer.Ordinal));
}

/// <summary>
/// All signatures of an image, or all attestations: an image of its own whose layers they are, under a tag that is made of the signed digest
/// (sigstore/cosign, specs/SIGNATURE_SPEC.md, "Discovery" and "Storage").
/// </summary>
/// <param name="Layers">In the order in which they were added.</param>
public sealed record CosignManifest(ImmutableArray<CosignLayer> Layers)
{
    /// <summary>The tag of an image's signatures.</summary>
    public static string SignatureTag(Digest image) => $"sha256-{image.Hex}.sig";

    /// <summary>The tag of an image's attestations.</summary>
    public static string AttestationTag(Digest image) => $"sha256-{image.Hex}.att";

    /// <summary>The configuration that goes with it: it says what the layers are, and nothing else.</summary>
    public byte[] WriteConfig() => JsonDocuments.Write(json =>
    {
        json.WriteString("architecture", "");
        json.WriteString("os", "");
        json.WriteStartObject("config");
        json.WriteEndObject();
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        JsonDocuments.Texts(json, "diff_ids", Layers.Select(l => l.Content.Digest.ToString()));
        json.WriteEndObject();
    });

    /// <summary>Its bytes.</summary>
    public byte[] Write()
    {
        var config = WriteConfig();
        return JsonDocuments.Write(json =>
        {
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", ArtifactManifest.MediaType);
            json.WritePropertyName("config");
            new Descriptor("application/vnd.oci.image.config.v1+json", Digest.Of(config), config.Length).Write(json);
            json.WriteStartArray("layers");
            foreach (var layer in Layers)
            {
                Write(json, layer);
            }

            json.WriteEndArray();
        });
    }

    /// <summary>Reads one; null if it is none.</summary>
    public static CosignManifest? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            return new([.. json.RootElement.GetProperty("layers").EnumerateArray().Select(l => new CosignLayer(Descriptor.Read(l), l.TryGetProperty("annotations", out var annotations)
                ? annotations.EnumerateObject().ToImmutableSortedDictionary(a => a.Name, a => a.Value.GetString() ?? "", StringComparer.Ordinal)
                : ImmutableSortedDictionary<string, string>.Empty))]);
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter json, CosignLayer layer)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", layer.Content.MediaType);
        json.WriteString("digest", layer.Content.Digest.ToString());
        json.WriteNumber("size", layer.Content.Size);
        json.WriteStartObject("annotations");
        foreach (var (name, value) in layer.Annotations)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
