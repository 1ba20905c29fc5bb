using System.Text.Json;
using Buildit.Core.Binhosts;
using Buildit.Core.Json;

namespace Buildit.Core.Registries;

/// <summary>A document that is an image, or several: a manifest or an index. Its bytes are what its digest names, and stay as they are.</summary>
/// <param name="MediaType">What it is.</param>
/// <param name="Bytes">Its bytes.</param>
public sealed record ImageDocument(string MediaType, ReadOnlyMemory<byte> Bytes)
{
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    private const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>What registries are asked for.</summary>
    public static IReadOnlyList<string> MediaTypes { get; } = [ArtifactManifest.MediaType, OciIndex.MediaType, DockerManifest, DockerIndex];

    /// <summary>The image's digest.</summary>
    public Digest Digest => Digest.Of(Bytes.Span);

    /// <summary>As others name it.</summary>
    public Descriptor Descriptor => new(MediaType, Digest, Bytes.Length);

    /// <summary>Whether it names other documents, not layers.</summary>
    public bool IsIndex => MediaType is OciIndex.MediaType or DockerIndex;

    /// <summary>Whether a media type is that of an image's manifest or index.</summary>
    public static bool IsOne(string mediaType) => MediaTypes.Contains(mediaType);

    /// <summary>Takes bytes by what they say they are; null if that is neither manifest nor index. OCI's need not say it: they are known by what they list.</summary>
    public static ImageDocument? Of(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var type = JsonDocuments.TextOrNull(json.RootElement, "mediaType")
                ?? (json.RootElement.TryGetProperty("manifests", out _) ? OciIndex.MediaType : json.RootElement.TryGetProperty("config", out _) ? ArtifactManifest.MediaType : "");
            return IsOne(type) ? new(type, bytes) : null;
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return null;
        }
    }
}
