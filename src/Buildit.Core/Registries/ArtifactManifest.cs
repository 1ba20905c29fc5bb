using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core.Json;

namespace Buildit.Core.Registries;

/// <summary>Something in a registry that is no image (OCI image specification 1.1, "Guidelines for Artifact Usage"): blobs, and what they are together.</summary>
/// <param name="Type">What they are.</param>
/// <param name="Layers">The blobs.</param>
public sealed record ArtifactManifest(string Type, ImmutableArray<Descriptor> Layers)
{
    /// <summary>Of every manifest of an image or artifact.</summary>
    public const string MediaType = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>Further words about it.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The manifest that it is about: those who have that one find this one.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>Its bytes; equal manifests give equal bytes.</summary>
    public byte[] Write() => JsonDocuments.Write(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", MediaType);
        json.WriteString("artifactType", Type);
        json.WritePropertyName("config");
        Descriptor.Empty.Write(json);
        json.WriteStartArray("layers");
        foreach (var layer in Layers)
        {
            layer.Write(json);
        }

        json.WriteEndArray();
        if (Subject is not null)
        {
            json.WritePropertyName("subject");
            Subject.Write(json);
        }

        if (!Annotations.IsEmpty)
        {
            json.WriteStartObject("annotations");
            foreach (var (name, value) in Annotations)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }
    });

    /// <summary>Reads the manifest of an artifact; null for anything else.</summary>
    public static ArtifactManifest? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            return new(JsonDocuments.Text(root, "artifactType"), [.. root.GetProperty("layers").EnumerateArray().Select(Descriptor.Read)])
            {
                Annotations = root.TryGetProperty("annotations", out var annotations)
                    ? annotations.EnumerateObject().ToImmutableSortedDictionary(a => a.Name, a => a.Value.GetString() ?? throw new FormatException(a.Name), StringComparer.Ordinal)
                    : ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
                Subject = root.TryGetProperty("subject", out var subject) ? Descriptor.Read(subject) : null,
            };
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return null;
        }
    }
}
