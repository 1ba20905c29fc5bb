using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core.Json;

namespace Buildit.Core.Records;

/// <summary>"What this image key names came out as this image, and passed its tests": the record of an image, in the same envelope and statement as a package's.</summary>
public sealed record ImageRecord
{
    /// <summary>What kind of statement it is.</summary>
    public const string PredicateType = Statement.PredicateType;

    private const string BuildType = "urn:buildit:build-type:image:1";

    /// <summary>Digest of everything that decides about the image's bytes.</summary>
    public required Digest Key { get; init; }

    /// <summary>The container's name.</summary>
    public required string Name { get; init; }

    /// <summary>The container's version.</summary>
    public required string Version { get; init; }

    /// <summary>What it runs on.</summary>
    public required Platform Platform { get; init; }

    /// <summary>The file or directory that it is written as, for example <c>nginx-1-linux-amd64.aci</c>.</summary>
    public required string FileName { get; init; }

    /// <summary>Of an ACI: of the file. Of an OCI image: of its manifest.</summary>
    public required Digest Digest { get; init; }

    /// <summary>Of an ACI that depends on others: those, in order, by file name.</summary>
    public ImmutableArray<KeyValuePair<string, Digest>> Others { get; init; } = [];

    /// <summary>The container's description, and the outputs in the image.</summary>
    public required ImmutableArray<Material> Materials { get; init; }

    /// <summary>Source date, in seconds since 1970.</summary>
    public required long SourceDate { get; init; }

    /// <summary>The record in an envelope that is not signed.</summary>
    public Envelope Seal() => Envelope.Of(new Statement(BuildType, [new(FileName, Digest), .. Others], Declared, w => w.WriteNumber("sourceDate", SourceDate), Materials, Key).Write());

    /// <summary>Reads an envelope, whoever signed it or not; null if it is not about an image.</summary>
    public static ImageRecord? Open(Envelope envelope) => Statement.Read(envelope, BuildType, s => s.SubjectsInOrder is [var (name, digest), .. var others] ? new ImageRecord
    {
        Key = s.Preimage,
        Name = JsonDocuments.Text(s.Declared, "container"),
        Version = JsonDocuments.Text(s.Declared, "version"),
        Platform = new(JsonDocuments.Text(s.Declared, "os"), JsonDocuments.Text(s.Declared, "arch")),
        FileName = name,
        Digest = digest,
        Others = others,
        Materials = s.Materials,
        SourceDate = s.Found.GetProperty("sourceDate").GetInt64(),
    }
    : throw new FormatException("subject"));

    private void Declared(Utf8JsonWriter w)
    {
        w.WriteString("container", Name);
        w.WriteString("version", Version);
        w.WriteString("os", Platform.Os);
        w.WriteString("arch", Platform.Arch);
    }
}
