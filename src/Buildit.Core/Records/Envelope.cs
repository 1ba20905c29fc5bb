using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Buildit.Core.Json;

namespace Buildit.Core.Records;

/// <summary>One signature of an envelope: who says that they made it, and the DER form of an ECDSA signature over <see cref="Envelope.SignedBytes"/>.</summary>
/// <param name="KeyId">SHA-256 of the key's SubjectPublicKeyInfo, 64 hexadecimal digits; only a hint which key to verify with.</param>
/// <param name="Value">SEQUENCE { r, s } as in RFC 3279, 2.2.3: the form that OpenSSL reads.</param>
public sealed record EnvelopeSignature(string KeyId, ReadOnlyMemory<byte> Value);

/// <summary>
/// A form in which an output's tar can be downloaded. Only a hint, and not signed: whoever takes it verifies the uncompressed bytes by the diffID, which is.
/// So forms may come from anywhere, and several tools' forms of one output may lie side by side.
/// </summary>
/// <param name="DiffId">Of the uncompressed canonical tar.</param>
/// <param name="MediaType">As a layer of an OCI image.</param>
/// <param name="Digest">Of the blob.</param>
/// <param name="Size">Of the blob, in bytes.</param>
public sealed record LayerForm(Digest DiffId, string MediaType, Digest Digest, long Size);

/// <summary>
/// A DSSE envelope (secure-systems-lab/dsse v1.0) around an in-toto statement. Beside what the specification has, it may list the
/// <see cref="Layers"/> that hold the statement's subjects; readers that do not know the field ignore it, as the specification asks.
/// </summary>
public sealed record Envelope(ReadOnlyMemory<byte> Payload, ImmutableArray<EnvelopeSignature> Signatures, ImmutableArray<LayerForm> Layers)
{
    /// <summary>Type of every payload that we write or take.</summary>
    public const string PayloadType = "application/vnd.in-toto+json";

    /// <summary>An envelope that nobody has signed yet.</summary>
    public static Envelope Of(ReadOnlyMemory<byte> payload) => new(payload, [], []);

    /// <summary>What is signed, not the payload alone: PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body.</summary>
    public byte[] SignedBytes =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {PayloadType.Length} {PayloadType} {Payload.Length} ")), .. Payload.Span];

    /// <summary>The envelope with the signatures and layers of another one as well, whose signature counts where both have one of a key. Throws if it is about something else.</summary>
    public Envelope With(Envelope other) => other.Payload.Span.SequenceEqual(Payload.Span)
        ? this with { Signatures = [.. other.Signatures.Concat(Signatures).DistinctBy(s => s.KeyId)], Layers = [.. Layers.Union(other.Layers)] }
        : throw new ArgumentException("another payload", nameof(other));

    /// <summary>The envelope without what is not part of the specification, as the store keeps it.</summary>
    public Envelope Bare => this with { Layers = [] };

    /// <summary>Its bytes; equal envelopes give equal bytes.</summary>
    public byte[] Write() => Statement.Json(w =>
    {
        w.WriteString("payloadType", PayloadType);
        w.WriteBase64String("payload", Payload.Span);
        w.WriteStartArray("signatures");
        foreach (var signature in Signatures.OrderBy(s => s.KeyId, StringComparer.Ordinal))
        {
            w.WriteStartObject();
            w.WriteString("keyid", signature.KeyId);
            w.WriteBase64String("sig", signature.Value.Span);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        if (!Layers.IsEmpty)
        {
            WriteLayers(w);
        }
    });

    /// <summary>Reads an envelope; null if it is none, or one around something else.</summary>
    public static Envelope? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            return JsonDocuments.Text(root, "payloadType") == PayloadType
                ? new(
                    root.GetProperty("payload").GetBytesFromBase64(),
                    [.. root.GetProperty("signatures").EnumerateArray().Select(s => new EnvelopeSignature(JsonDocuments.Text(s, "keyid"), s.GetProperty("sig").GetBytesFromBase64()))],
                    root.TryGetProperty("layers", out var layers) ? [.. layers.EnumerateArray().Select(Layer)] : [])
                : null;
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return null;
        }
    }

    private void WriteLayers(Utf8JsonWriter w)
    {
        w.WriteStartArray("layers");
        foreach (var layer in Layers.OrderBy(l => l.DiffId).ThenBy(l => l.Digest))
        {
            w.WriteStartObject();
            w.WriteString("diffId", layer.DiffId.ToString());
            w.WriteString("mediaType", layer.MediaType);
            w.WriteString("digest", layer.Digest.ToString());
            w.WriteNumber("size", layer.Size);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static LayerForm Layer(JsonElement e) =>
        new(Digest.Parse(JsonDocuments.Text(e, "diffId")), JsonDocuments.Text(e, "mediaType"), Digest.Parse(JsonDocuments.Text(e, "digest")), e.GetProperty("size").GetInt64());
}
