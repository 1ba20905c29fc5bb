using System.Text.Json;
using Buildit.Core.Explanations;
using Buildit.Core.Json;

namespace Buildit.Cli.Explaining;

/// <summary>Causes for programs; docs/cli.md says what each member means.</summary>
internal static class CauseJson
{
    /// <summary>Writes a list of causes.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<Cause> causes)
    {
        json.WriteStartArray("causes");
        foreach (var cause in causes)
        {
            Write(json, cause);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Cause cause)
    {
        json.WriteStartObject();
        json.WriteString("package", cause.Package);
        json.WriteString("kind", cause.Kind);
        json.WriteString("name", cause.Name);
        json.WriteString("change", cause.Became.ToString().ToLowerInvariant());
        json.WriteString("text", cause.Sentence);
        json.WriteString("old", cause.Old);
        json.WriteString("new", cause.New);
        json.WriteString("file", cause.Place?.File);
        if (cause.Place?.Line is { } line)
        {
            json.WriteNumber("line", line);
        }
        else
        {
            json.WriteNull("line");
        }

        JsonDocuments.Texts(json, "details", cause.Details);
        JsonDocuments.Texts(json, "diff", cause.Diff);
        json.WriteEndObject();
    }
}
