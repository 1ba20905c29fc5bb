using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core.Json;
using Buildit.Core.Keys;

namespace Buildit.Core.Records;

/// <summary>
/// A record as bytes: a DSSE <see cref="Envelope"/> around an in-toto Statement v1 with a SLSA provenance v1 predicate.
/// Equal records give equal payloads; nothing of the clock or the machine is in them.
/// </summary>
public static class RecordFormat
{
    private const string BuildType = "urn:buildit:build-type:package:1";
    private const string Nothing = "nothing";

    // The canonical tar of a tree without entries: two blocks of zeros.
    private static readonly Digest EmptyTree = Digest.Of(new byte[1024]);

    /// <summary>The record in an envelope that is not signed.</summary>
    public static Envelope Seal(Record r) =>
        Envelope.Of(new Statement(BuildType, SubjectsOf(r), w => Declared(w, r), w => Found(w, r), r.Materials, r.Preimage).Write());

    /// <summary>The bytes of <see cref="Seal"/>.</summary>
    public static byte[] Write(Record record) => Seal(record).Write();

    /// <summary>Reads an envelope's bytes, whoever signed it or not; null if it is not one of ours.</summary>
    public static Record? Read(ReadOnlyMemory<byte> bytes) => Envelope.Read(bytes) is { } envelope ? Open(envelope) : null;

    /// <summary>Reads an envelope, whoever signed it or not; null if it is not one of ours.</summary>
    public static Record? Open(Envelope envelope) => Statement.Read(envelope, BuildType, Read);

    /// <summary>A statement must be about something ("At least one subject"): a package without outputs is about the tree that has nothing in it.</summary>
    private static ImmutableSortedDictionary<string, Digest> SubjectsOf(Record r) => r.Outputs.IsEmpty ? r.Outputs.Add(Nothing, EmptyTree) : r.Outputs;

    private static void Declared(Utf8JsonWriter w, Record r)
    {
        w.WriteString("package", r.Package);
        w.WriteString("version", r.Version);
        w.WriteString("os", r.Platform.Os);
        w.WriteString("arch", r.Platform.Arch);
        w.WriteString("recipeKey", r.RecipeKey.Digest.Hex);
    }

    private static void Found(Utf8JsonWriter w, Record r)
    {
        w.WriteString("buildKey", r.BuildKey.Digest.Hex);
        w.WriteNumber("sourceDate", r.SourceDate);
        JsonDocuments.Texts(w, "runtimeNeeds", r.RuntimeNeeds);
        JsonDocuments.Texts(w, "sonames", r.Sonames);
    }

    private static Record Read(StatementReader s) => new()
    {
        Package = JsonDocuments.Text(s.Declared, "package"),
        Version = JsonDocuments.Text(s.Declared, "version"),
        Platform = new(JsonDocuments.Text(s.Declared, "os"), JsonDocuments.Text(s.Declared, "arch")),
        RecipeKey = new(Digest.Parse(JsonDocuments.Text(s.Declared, "recipeKey"))),
        BuildKey = new(Digest.Parse(JsonDocuments.Text(s.Found, "buildKey"))),
        Outputs = s.Subjects.Remove(Nothing),
        RuntimeNeeds = StatementReader.Texts(s.Found, "runtimeNeeds"),
        Sonames = StatementReader.Texts(s.Found, "sonames"),
        Materials = s.Materials,
        Preimage = s.Preimage,
        SourceDate = s.Found.GetProperty("sourceDate").GetInt64(),
    };
}
