using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core.Json;

namespace Buildit.Core.Registries;

/// <summary>What the manifest of an image names (OCI image specification 1.1, "Image Manifest"; docker's of schema 2 says the same).</summary>
/// <param name="Config">The image configuration.</param>
/// <param name="Layers">From the lowest on.</param>
public sealed record ImageManifest(Descriptor Config, ImmutableArray<Descriptor> Layers)
{
    /// <summary>Name of the base image, as of the image specification's "Pre-Defined Annotation Keys".</summary>
    public const string BaseName = "org.opencontainers.image.base.name";

    /// <summary>Digest of the base image's manifest.</summary>
    public const string BaseDigest = "org.opencontainers.image.base.digest";

    /// <summary>Further words about it.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Reads a manifest; null if it is not that of an image.</summary>
    public static ImageManifest? Read(ReadOnlyMemory<byte> manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            var root = json.RootElement;
            return new(Descriptor.Read(root.GetProperty("config")), [.. root.GetProperty("layers").EnumerateArray().Select(Descriptor.Read)])
            {
                Annotations = root.TryGetProperty("annotations", out var annotations)
                    ? annotations.EnumerateObject().ToImmutableSortedDictionary(a => a.Name, a => a.Value.GetString() ?? "", StringComparer.Ordinal)
                    : ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
            };
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return null;
        }
    }
}
