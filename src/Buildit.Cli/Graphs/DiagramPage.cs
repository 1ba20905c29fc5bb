using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Buildit.Cli.Consoles;
using Buildit.Cli.Pages;
using Buildit.Core.Diagrams;

namespace Buildit.Cli.Graphs;

/// <summary>
/// A diagram as one HTML file that asks for nothing else: a table of all packages, which needs no script, and a drawing of it made in the browser by Cytoscape.js with
/// places from dagre (both in the file).
/// </summary>
internal static class DiagramPage
{
    private const string SourceMap = "//# sourceMappingURL=";
    private static readonly string[] Libraries = ["cytoscape-3.34.4", "dagre-3.1.3"];

    /// <summary>The whole file.</summary>
    public static string Of(Diagram diagram)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["title"] = PageTemplate.Encode(diagram.Title),
            ["style"] = PageTemplate.Resource("page.css").TrimEnd(),
            ["summary"] = PageTemplate.Encode(Summary(diagram)),
            ["caption"] = string.Create(CultureInfo.InvariantCulture, $"{diagram.Nodes.Length} entries"),
            ["rows"] = new DiagramRows(diagram).Print().TrimEnd(),
            ["data"] = Data(diagram),
            ["vendor"] = string.Join("\n", Libraries.Select(Library)),
            ["script"] = PageTemplate.Resource("page.js").TrimEnd(),
        };
        return PageTemplate.Fill("page.html", values);
    }

    private static string Summary(Diagram diagram)
    {
        var kinds = diagram.Nodes.CountBy(n => n.Kind).OrderBy(k => k.Key).Where(k => k.Key != NodeKind.Container).Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Value} {Word(k.Key, k.Value)}"));
        var bytes = diagram.Nodes.Sum(n => n.Bytes ?? 0);
        return string.Join(", ", kinds) + (bytes > 0 ? $"; {ByteCount.Show(bytes)} of files in the store" : "");
    }

    private static string Word(NodeKind kind, int count) => (kind switch { NodeKind.Recipe => "package", NodeKind.Group => "group", _ => "distribution package" }) + (count == 1 ? "" : "s");

    // The writer's usual encoder leaves nothing that could end the element that it stands in.
    private static string Data(Diagram diagram)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            DiagramJson.Write(json, diagram);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>A library with its licence before it; without the address of its source map, which a browser's developer tools would ask for.</summary>
    private static string Library(string name) =>
        $"/*! {name}\n{PageTemplate.Resource($"vendor.{name}.LICENSE.txt").TrimEnd()}\n*/\n"
        + string.Join('\n', PageTemplate.Resource($"vendor.{name}.min.js").TrimEnd().Split('\n').Where(l => !l.StartsWith(SourceMap, StringComparison.Ordinal)));
}
