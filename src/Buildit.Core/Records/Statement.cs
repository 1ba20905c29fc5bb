using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Buildit.Core.Json;
using Buildit.Core.Keys;

namespace Buildit.Core.Records;

/// <summary>
/// An in-toto Statement v1 with a SLSA provenance v1 predicate: what records of packages and of images have in common. Nothing of the clock or
/// the machine is in it, so that two builders who agree write the same bytes and can both sign them.
/// </summary>
/// <param name="BuildType">What kind of thing was made, as a URI.</param>
/// <param name="Subjects">Name and digest of each thing that was made.</param>
/// <param name="Declared">What was asked for (<c>externalParameters</c>).</param>
/// <param name="Found">What came out besides (<c>internalParameters</c>).</param>
/// <param name="Materials">What it was made from.</param>
/// <param name="Preimage">Blob with the preimage of the key that the record has.</param>
internal sealed record Statement(
    string BuildType, IReadOnlyCollection<KeyValuePair<string, Digest>> Subjects, Action<Utf8JsonWriter> Declared, Action<Utf8JsonWriter> Found, ImmutableArray<Material> Materials, Digest Preimage)
{
    private const string StatementType = "https://in-toto.io/Statement/v1";
    public const string PredicateType = "https://slsa.dev/provenance/v1";
    private const string Builder = "urn:buildit:builder:local:1";

    /// <summary>The statement's bytes.</summary>
    public byte[] Write() => Json(w =>
    {
        w.WriteString("_type", StatementType);
        w.WriteStartArray("subject");
        foreach (var (name, digest) in Subjects)
        {
            Descriptor(w, name, null, digest);
        }

        w.WriteEndArray();
        w.WriteString("predicateType", PredicateType);
        w.WriteStartObject("predicate");
        WriteDefinition(w);
        w.WriteStartObject("runDetails");
        w.WriteStartObject("builder");
        w.WriteString("id", Builder);
        BuilderVersion(w);
        w.WriteEndObject();
        w.WriteStartArray("byproducts");
        Descriptor(w, "preimage", null, Preimage);
        w.WriteEndArray();
        w.WriteEndObject();
        w.WriteEndObject();
    });

    /// <summary>Reads the payload of an envelope by <paramref name="read"/>, which gets the parameters; null if it is none of this build type.</summary>
    public static T? Read<T>(Envelope envelope, string buildType, Func<StatementReader, T> read)
        where T : class
    {
        try
        {
            using var json = JsonDocument.Parse(envelope.Payload);
            var root = json.RootElement;
            var definition = root.GetProperty("predicate").GetProperty("buildDefinition");
            return JsonDocuments.Text(root, "_type") == StatementType && JsonDocuments.Text(root, "predicateType") == PredicateType && JsonDocuments.Text(definition, "buildType") == buildType
                ? read(new(root, definition.GetProperty("externalParameters"), definition.GetProperty("internalParameters")))
                : null;
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return null;
        }
    }

    /// <summary>One JSON object, escaped as all records ever were.</summary>
    public static byte[] Json(Action<Utf8JsonWriter> members) => JsonDocuments.Write(members, JavaScriptEncoder.Default);

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

    private void WriteDefinition(Utf8JsonWriter w)
    {
        w.WriteStartObject("buildDefinition");
        w.WriteString("buildType", BuildType);
        w.WriteStartObject("externalParameters");
        Declared(w);
        w.WriteEndObject();
        w.WriteStartObject("internalParameters");
        Found(w);
        w.WriteEndObject();
        w.WriteStartArray("resolvedDependencies");
        foreach (var material in Materials)
        {
            Descriptor(w, material.Name, material.Uri, material.Digest);
        }

        w.WriteEndArray();
        w.WriteEndObject();
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
}

/// <summary>The parts of a statement that was read.</summary>
internal sealed record StatementReader(JsonElement Root, JsonElement Declared, JsonElement Found)
{
    public ImmutableArray<KeyValuePair<string, Digest>> SubjectsInOrder =>
        [.. Root.GetProperty("subject").EnumerateArray().Select(s => KeyValuePair.Create(JsonDocuments.Text(s, "name"), DigestOf(s)))];

    public ImmutableSortedDictionary<string, Digest> Subjects => SubjectsInOrder.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public ImmutableArray<Material> Materials =>
    [
        .. Root.GetProperty("predicate").GetProperty("buildDefinition").GetProperty("resolvedDependencies").EnumerateArray()
            .Select(m => new Material(JsonDocuments.Text(m, "name"), m.TryGetProperty("uri", out var u) ? u.GetString() : null, DigestOf(m))),
    ];

    public Digest Preimage => DigestOf(Root.GetProperty("predicate").GetProperty("runDetails").GetProperty("byproducts")[0]);

    public static ImmutableArray<string> Texts(JsonElement e, string name) => [.. e.GetProperty(name).EnumerateArray().Select(v => v.GetString() ?? "")];

    private static Digest DigestOf(JsonElement e) => Digest.Parse(JsonDocuments.Text(e.GetProperty("digest"), "sha256"));
}
