using System.Text.Json;
using Buildit.Core.Json;

namespace Buildit.Core.Trust;

/// <summary>What a signature of an image is made over: "simple signing" of containers/image, as cosign writes it (sigstore/cosign, specs/SIGNATURE_SPEC.md).</summary>
public static class CosignPayload
{
    /// <summary>Media type of it as a layer.</summary>
    public const string MediaType = "application/vnd.dev.cosign.simplesigning.v1+json";

    private const string Kind = "cosign container image signature";

    /// <summary>The bytes to sign; the same image in the same repository gives the same ones.</summary>
    /// <param name="repository">As docker writes it: <c>HOST/NAME</c>.</param>
    /// <param name="image">Of its manifest or index.</param>
    public static byte[] Of(string repository, Digest image) => JsonDocuments.Write(json =>
    {
        json.WriteStartObject("critical");
        json.WriteStartObject("identity");
        json.WriteString("docker-reference", repository);
        json.WriteEndObject();
        json.WriteStartObject("image");
        json.WriteString("docker-manifest-digest", image.ToString());
        json.WriteEndObject();
        json.WriteString("type", Kind);
        json.WriteEndObject();
        json.WriteNull("optional");
    });

    /// <summary>Which image it is about; null if it is not such a text.</summary>
    public static Digest? ImageOf(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var critical = json.RootElement.GetProperty("critical");
            return JsonDocuments.Text(critical, "type") == Kind && Digest.TryParse(JsonDocuments.Text(critical.GetProperty("image"), "docker-manifest-digest"), out var image) ? image : null;
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return null;
        }
    }
}
