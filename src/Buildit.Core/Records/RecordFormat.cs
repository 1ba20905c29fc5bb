using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Buildit.Core.Keys;

namespace Buildit.Core.Records;

/// <summary>
/// A record as bytes: a DSSE envelope (secure-systems-lab/dsse v1.0) around an in-toto Statement v1 with a SLSA provenance v1 predicate.
/// Equal records give equal bytes; nothing of the clock or the machine is in them.
/// </summary>
public static class RecordFormat
{
    private const string PayloadType = "application/vnd.in-toto+json";
    private const string StatementType = "https://in-toto.io/Statement/v1";
    private const string PredicateType = "https://slsa.dev/provenance/v1";
    private const string BuildType = "urn:buildit:build-type:package:1";
    private const string Builder = "urn:buildit:builder:local:1";
    private const string Nothing = "nothing";

    // The canonical tar of a tree without entries: two blocks of zeros.
    private static readonly Digest EmptyTree = Digest.Of(new byte[1024]);

    /// <summary>The envelope's bytes. Not signed yet: its list of signatures is empty.</summary>
    public static byte[] Write(Record record) => Json(w =>
    {
        w.WriteString("payloadType", PayloadType);
        w.WriteBase64String("payload", Statement(record));
        w.WriteStartArray("signatures");
        w.WriteEndArray();
    });

    /// <summary>Reads an envelope; null if it is not one of ours.</summary>
    public static Record? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var envelope = JsonDocument.Parse(bytes);
            using var statement = JsonDocument.Parse(envelope.RootElement.GetProperty("payload").GetBytesFromBase64());
            return Text(envelope.RootElement, "payloadType") == PayloadType && IsOurs(statement.RootElement) ? Read(statement.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static byte[] Statement(Record r) => Json(w =>
    {
        w.WriteString("_type", StatementType);
        w.WriteStartArray("subject");
        foreach (var (output, diffId) in SubjectsOf(r))
        {
            Descriptor(w, output, null, diffId);
        }

        w.WriteEndArray();
        w.WriteString("predicateType", PredicateType);
        w.WriteStartObject("predicate");
        w.WriteStartObject("buildDefinition");
        w.WriteString("buildType", BuildType);
        Parameters(w, r);
        w.WriteStartArray("resolvedDependencies");
        foreach (var material in r.Materials)
        {
            Descriptor(w, material.Name, material.Uri, material.Digest);
        }

        w.WriteEndArray();
        w.WriteEndObject();
        w.WriteStartObject("runDetails");
        w.WriteStartObject("builder");
        w.WriteString("id", Builder);
        BuilderVersion(w);
        w.WriteEndObject();
        w.WriteStartArray("byproducts");
        Descriptor(w, "preimage", null, r.Preimage);
        w.WriteEndArray();
        w.WriteEndObject();
        w.WriteEndObject();
    });

    /// <summary>A statement must be about something ("At least one subject"): a package without outputs is about the tree that has nothing in it.</summary>
    private static ImmutableSortedDictionary<string, Digest> SubjectsOf(Record r) => r.Outputs.IsEmpty ? r.Outputs.Add(Nothing, EmptyTree) : r.Outputs;

    /// <summary>
    /// The versions of all that reaches a result without being declared. Not the program's own: two builders that agree write the same statement, whichever
    /// version each of them has.
    /// </summary>
    private static void BuilderVersion(Utf8JsonWriter w)
    {
        w.WriteStartObject("version");
        w.WriteString("sandbox-profile", Number(FormatVersions.SandboxProfile));
        w.WriteString("outputs", Number(FormatVersions.Outputs));
        w.WriteString("debian-import", Number(FormatVersions.DebianImport));
        w.WriteEndObject();
    }

    private static string Number(int version) => version.ToString(CultureInfo.InvariantCulture);

    private static void Parameters(Utf8JsonWriter w, Record r)
    {
        w.WriteStartObject("externalParameters");
        w.WriteString("package", r.Package);
        w.WriteString("version", r.Version);
        w.WriteString("os", r.Platform.Os);
        w.WriteString("arch", r.Platform.Arch);
        w.WriteString("recipeKey", r.RecipeKey.Digest.Hex);
        w.WriteEndObject();
        w.WriteStartObject("internalParameters");
        w.WriteString("buildKey", r.BuildKey.Digest.Hex);
        w.WriteNumber("sourceDate", r.SourceDate);
        Texts(w, "runtimeNeeds", r.RuntimeNeeds);
        Texts(w, "sonames", r.Sonames);
        w.WriteEndObject();
    }

    private static bool IsOurs(JsonElement statement) =>
        Text(statement, "_type") == StatementType
        && Text(statement, "predicateType") == PredicateType
        && Text(statement.GetProperty("predicate").GetProperty("buildDefinition"), "buildType") == BuildType;

    private static Record Read(JsonElement statement)
    {
        var definition = statement.GetProperty("predicate").GetProperty("buildDefinition");
        var external = definition.GetProperty("externalParameters");
        var inner = definition.GetProperty("internalParameters");
        return new()
        {
            Package = Text(external, "package"),
            Version = Text(external, "version"),
            Platform = new(Text(external, "os"), Text(external, "arch")),
            RecipeKey = new(Digest.Parse(Text(external, "recipeKey"))),
            BuildKey = new(Digest.Parse(Text(inner, "buildKey"))),
            Outputs = statement.GetProperty("subject").EnumerateArray().Where(s => Text(s, "name") != Nothing).ToImmutableSortedDictionary(s => Text(s, "name"), DigestOf, StringComparer.Ordinal),
            RuntimeNeeds = Texts(inner, "runtimeNeeds"),
            Sonames = Texts(inner, "sonames"),
            Materials = [.. definition.GetProperty("resolvedDependencies").EnumerateArray().Select(m => new Material(Text(m, "name"), m.TryGetProperty("uri", out var u) ? u.GetString() : null, DigestOf(m)))],
            Preimage = DigestOf(statement.GetProperty("predicate").GetProperty("runDetails").GetProperty("byproducts")[0]),
            SourceDate = inner.GetProperty("sourceDate").GetInt64(),
        };
    }

    private static void Descriptor(Utf8JsonWriter w, string name, string? uri, Digest digest)
    {
        w.WriteStartObject();
        w.WriteString("name", name);
        if (uri is not null)
        {
            w.WriteString("uri", uri);
        }

        w.WriteStartObject("digest");
        w.WriteString("sha256", digest.Hex);
        w.WriteEndObject();
        w.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter w, string name, ImmutableArray<string> values)
    {
        w.WriteStartArray(name);
        foreach (var value in values)
        {
            w.WriteStringValue(value);
        }

        w.WriteEndArray();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString() ?? throw new FormatException(name);

    private static ImmutableArray<string> Texts(JsonElement e, string name) => [.. e.GetProperty(name).EnumerateArray().Select(v => v.GetString() ?? "")];

    private static Digest DigestOf(JsonElement e) => Digest.Parse(Text(e.GetProperty("digest"), "sha256"));
}
