using System.Globalization;
using System.Text;

namespace Buildit.Core.Diagrams;

/// <summary>A diagram in Mermaid's flowchart language (https://mermaid.js.org/syntax/flowchart.html), which code hosts show in Markdown.</summary>
public static class MermaidText
{
    /// <summary>The whole file.</summary>
    public static string Of(Diagram diagram)
    {
        // Names of packages hold words and signs that mean something to Mermaid, so that nodes are numbered.
        var numbers = diagram.Nodes.Select((n, i) => (n.Id, Number: string.Create(CultureInfo.InvariantCulture, $"n{i}"))).ToDictionary(n => n.Id, n => n.Number, StringComparer.Ordinal);
        var text = new StringBuilder("flowchart LR\n");
        foreach (var node in diagram.Nodes)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {numbers[node.Id]}[{Quote(node.Version.Length == 0 ? node.Name : node.Name + "\n" + node.Version)}]\n");
        }

        foreach (var edge in diagram.Edges)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {numbers[edge.From]} {Arrow(edge.Kind)}|{Quote(DotText.Label(edge))}| {numbers[edge.To]}\n");
        }

        foreach (var (kind, style) in Styles)
        {
            var members = diagram.Nodes.Where(n => n.Kind == kind).Select(n => numbers[n.Id]).ToArray();
            if (members.Length > 0)
            {
                var name = kind.ToString().ToLowerInvariant();
                text.Append(CultureInfo.InvariantCulture, $"  classDef {name} {style}\n  class {string.Join(',', members)} {name}\n");
            }
        }

        return text.ToString();
    }

    private static readonly (NodeKind Kind, string Style)[] Styles =
    [
        (NodeKind.Container, "fill:#f6d55c,stroke:#555,color:#222"),
        (NodeKind.Recipe, "fill:#9fd8c7,stroke:#555,color:#222"),
        (NodeKind.Group, "fill:#cfc4ec,stroke:#555,color:#222"),
        (NodeKind.Debian, "fill:#dfe4ea,stroke:#555,color:#222"),
    ];

    private static string Arrow(string kind) => kind switch { "tools" or "test" => "-.->", "runtime" or "asks" => "==>", _ => "-->" };

    // Mermaid's own escapes, '#NUMBER;', for what ends a text or begins an escape or an HTML tag.
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => quoted.Append("<br/>"),
                '"' or '#' or '<' or '>' or '&' or '`' or ';' => quoted.Append(CultureInfo.InvariantCulture, $"#{(int)c};"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
