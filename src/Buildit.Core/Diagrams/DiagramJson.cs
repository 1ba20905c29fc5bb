using System.Text.Json;
using Buildit.Core.Graphs;

namespace Buildit.Core.Diagrams;

/// <summary>A diagram for programs; docs/cli.md says what each member means.</summary>
public static class DiagramJson
{
    /// <summary>Writes it as an object.</summary>
    public static void Write(Utf8JsonWriter json, Diagram diagram)
    {
        json.WriteStartObject();
        json.WriteString("title", diagram.Title);
        json.WriteStartArray("nodes");
        foreach (var node in diagram.Nodes)
        {
            Write(json, node);
        }

        json.WriteEndArray();
        json.WriteStartArray("edges");
        foreach (var edge in diagram.Edges)
        {
            json.WriteStartObject();
            json.WriteString("from", edge.From);
            json.WriteString("to", edge.To);
            json.WriteString("kind", edge.Kind);
            Write(json, edge.Reasons);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes reasons as the member <c>reasons</c>.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<NeedReason> reasons)
    {
        json.WriteStartArray("reasons");
        foreach (var reason in reasons)
        {
            json.WriteStartObject();
            json.WriteString("kind", reason.Word);
            if (reason.What.Length > 0)
            {
                json.WriteString("what", reason.What);
            }

            json.WriteString("words", reason.Words);
            json.WriteStartArray("files");
            foreach (var file in reason.Files)
            {
                json.WriteStringValue(file);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, DiagramNode node)
    {
        json.WriteStartObject();
        json.WriteString("id", node.Id);
        json.WriteString("kind", node.Kind.ToString().ToLowerInvariant());
        json.WriteString("name", node.Name);
        json.WriteString("version", node.Version);
        WriteIfKnown(json, "hash", node.Hash);
        WriteIfKnown(json, "summary", node.Summary);
        WriteIfKnown(json, "bytes", node.Bytes);
        WriteIfKnown(json, "debBytes", node.DebBytes);
        json.WriteEndObject();
    }

    private static void WriteIfKnown(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteIfKnown(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
    }
}
