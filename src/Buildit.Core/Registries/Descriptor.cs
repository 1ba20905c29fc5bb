using System.Text.Json;
using Buildit.Core.Json;

namespace Buildit.Core.Registries;

/// <summary>What a manifest says of a blob (OCI image specification 1.1, "Content Descriptors").</summary>
/// <param name="MediaType">What it is.</param>
/// <param name="Digest">Of its bytes.</param>
/// <param name="Size">In bytes.</param>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>Of the bytes <c>{}</c>, where a configuration is asked for and there is none ("Guidance for an Empty Descriptor").</summary>
    public static Descriptor Empty { get; } = new("application/vnd.oci.empty.v1+json", Digest.Of(EmptyContent), EmptyContent.Length);

    /// <summary>The bytes of <see cref="Empty"/>.</summary>
    public static ReadOnlySpan<byte> EmptyContent => "{}"u8;

    /// <summary>Name of the file that it becomes for those who download it.</summary>
    public string? Title { get; init; }

    /// <summary>The bytes themselves, where they are few enough to come along.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Reads one; what is thrown if it is none is <see cref="JsonDocuments.IsMalformed"/>.</summary>
    public static Descriptor Read(JsonElement e) => new(JsonDocuments.Text(e, "mediaType"), Digest.Parse(JsonDocuments.Text(e, "digest")), e.GetProperty("size").GetInt64())
    {
        Data = e.TryGetProperty("data", out var data) ? data.GetBytesFromBase64() : default,
    };

    /// <summary>Writes it as an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", MediaType);
        json.WriteString("digest", Digest.ToString());
        json.WriteNumber("size", Size);
        if (!Data.IsEmpty)
        {
            json.WriteBase64String("data", Data.Span);
        }

        if (Title is not null)
        {
            json.WriteStartObject("annotations");
            json.WriteString("org.opencontainers.image.title", Title);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
