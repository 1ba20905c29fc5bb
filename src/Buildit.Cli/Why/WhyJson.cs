using System.Text.Json;
using Buildit.Core.Diagrams;
using Buildit.Core.Graphs;
using Buildit.Core.Json;

namespace Buildit.Cli.Why;

/// <summary>An answer for programs; docs/cli.md says what each member means.</summary>
internal static class WhyJson
{
    /// <summary>Writes it as an object.</summary>
    public static void Write(Utf8JsonWriter json, string image, string pattern, IEnumerable<WhyMatch> matches)
    {
        json.WriteStartObject();
        json.WriteString("image", image);
        json.WriteString("pattern", pattern);
        json.WriteStartArray("matches");
        foreach (var match in matches)
        {
            Write(json, match);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, WhyMatch match)
    {
        json.WriteStartObject();
        json.WriteString("kind", match.Kind.ToString().ToLowerInvariant());
        JsonDocuments.Texts(json, "names", match.Names);
        json.WriteString("package", match.Package?.Package.Name);
        json.WriteString("version", match.Package?.Package.Version);
        json.WriteString("step", match.Step?.ToString());
        if (match.Path is { } path)
        {
            json.WriteString("path", path);
        }

        Write(json, "chain", match.Chain);
        Write(json, "neededBy", match.NeededBy);
        json.WriteStartArray("loadedBy");
        foreach (var link in match.LoadedBy)
        {
            json.WriteStartObject();
            json.WriteString("file", link.File);
            json.WriteString("package", link.Owner);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<RuntimeEdge> edges)
    {
        json.WriteStartArray(name);
        foreach (var edge in edges)
        {
            json.WriteStartObject();
            json.WriteString("from", edge.From == RuntimeGraph.Container ? null : edge.From);
            json.WriteString("to", edge.To);
            DiagramJson.Write(json, edge.Reasons);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
