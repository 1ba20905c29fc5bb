using System.Globalization;
using System.Text;

namespace Buildit.Core.Diagrams;

/// <summary>A diagram in Graphviz's language (https://graphviz.org/doc/info/lang.html).</summary>
public static class DotText
{
    private const int ShownReasons = 4;

    /// <summary>The whole file.</summary>
    public static string Of(Diagram diagram)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"digraph {Quote(diagram.Title)} {{\n");
        text.Append("  graph [rankdir=LR, fontname=\"sans-serif\", labelloc=t, label=").Append(Quote(diagram.Title)).Append("];\n");
        text.Append("  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", color=\"#555555\"];\n");
        text.Append("  edge [fontname=\"sans-serif\", fontsize=10, color=\"#555555\"];\n");
        foreach (var node in diagram.Nodes)
        {
            var label = node.Version.Length == 0 ? node.Name : node.Name + "\n" + node.Version;
            text.Append(CultureInfo.InvariantCulture, $"  {Quote(node.Id)} [label={Quote(label)}, fillcolor={Quote(Color(node.Kind))}];\n");
        }

        foreach (var edge in diagram.Edges)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Quote(edge.From)} -> {Quote(edge.To)} [label={Quote(Label(edge))}, style={Style(edge.Kind)}];\n");
        }

        return text.Append("}\n").ToString();
    }

    /// <summary>What stands at an edge: its kind, or a few of its reasons.</summary>
    internal static string Label(DiagramEdge edge)
    {
        var reasons = edge.Reasons.Select(r => r.Words).Take(ShownReasons).ToArray();
        var rest = edge.Reasons.Length - reasons.Length;
        return edge.Kind != "needs" || reasons.Length == 0 ? edge.Kind : string.Join("\n", reasons) + (rest > 0 ? string.Create(CultureInfo.InvariantCulture, $"\nand {rest} more") : "");
    }

    private static string Color(NodeKind kind) => kind switch { NodeKind.Container => "#f6d55c", NodeKind.Recipe => "#9fd8c7", NodeKind.Group => "#cfc4ec", _ => "#dfe4ea" };

    private static string Style(string kind) => kind switch { "tools" or "test" => "dashed", "runtime" or "asks" => "bold", _ => "solid" };

    // In a quoted string only the quote itself must be escaped; a backslash begins escapes of labels, so that one is written as two.
    private static string Quote(string text) =>
        '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + '"';
}
