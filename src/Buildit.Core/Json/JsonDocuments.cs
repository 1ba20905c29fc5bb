using System.Text.Encodings.Web;
using System.Text.Json;

namespace Buildit.Core.Json;

/// <summary>JSON documents of ours, whose bytes depend on nothing but what is written, and those of others, which may be anything.</summary>
public static class JsonDocuments
{
    /// <summary>One object on one line; what JSON need not escape, such as '+', stays what it is.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> members) => Write(members, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    /// <summary>The same, escaped by <paramref name="encoder"/>.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> members, JavaScriptEncoder encoder)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = encoder }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>A list of texts.</summary>
    public static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>A text that must be there; what is thrown otherwise <see cref="IsMalformed"/>.</summary>
    public static string Text(JsonElement e, string name) => e.GetProperty(name).GetString() ?? throw new FormatException(name);

    /// <summary>A text, or null where there is none or something else.</summary>
    public static string? TextOrNull(JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Whether an exception says that a document is not what it should be: no JSON, or values of other kinds, or texts that are not Unicode.</summary>
    public static bool IsMalformed(Exception e) =>
        e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentException or IndexOutOfRangeException;
}
