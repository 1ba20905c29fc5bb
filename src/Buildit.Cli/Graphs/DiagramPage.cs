using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Buildit.Cli.Consoles;
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
            ["title"] = Encode(diagram.Title),
            ["style"] = Resource("page.css").TrimEnd(),
            ["summary"] = Encode(Summary(diagram)),
            ["caption"] = string.Create(CultureInfo.InvariantCulture, $"{diagram.Nodes.Length} entries"),
            ["rows"] = new DiagramRows(diagram).Print().TrimEnd(),
            ["data"] = Data(diagram),
            ["vendor"] = string.Join("\n", Libraries.Select(Library)),
            ["script"] = Resource("page.js").TrimEnd(),
        };
        return Fill(Resource("page.html"), values);
    }

    internal static string Encode(string text) => WebUtility.HtmlEncode(text);

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
        $"/*! {name}\n{Resource($"vendor.{name}.LICENSE.txt").TrimEnd()}\n*/\n"
        + string.Join('\n', Resource($"vendor.{name}.min.js").TrimEnd().Split('\n').Where(l => !l.StartsWith(SourceMap, StringComparison.Ordinal)));

    /// <summary>Each <c>{{name}}</c> of the frame once; what is put in is not looked at again.</summary>
    private static string Fill(string frame, Dictionary<string, string> values)
    {
        var text = new StringBuilder();
        var parts = frame.Split("{{");
        text.Append(parts[0]);
        foreach (var part in parts.Skip(1))
        {
            var end = part.IndexOf("}}", StringComparison.Ordinal);
            text.Append(values[part[..end]]).Append(part.AsSpan(end + 2));
        }

        return text.ToString();
    }

    private static string Resource(string name)
    {
        using var stream = typeof(DiagramPage).Assembly.GetManifestResourceStream("Buildit.Cli.Page." + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
