using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Cli.Consoles;
using Buildit.Cli.Pages;
using Buildit.Core.Diagrams;

namespace Buildit.Cli.Graphs;

/// <summary>The rows of the page's table. The row of the node with number 3 has the id <c>n3</c>.</summary>
internal sealed class DiagramRows
{
    private const int ShownFiles = 20;
    private readonly Diagram _diagram;
    private readonly Dictionary<string, int> _numbers;
    private readonly ILookup<string, DiagramEdge> _needs;
    private readonly ILookup<string, DiagramEdge> _neededBy;

    public DiagramRows(Diagram diagram)
    {
        _diagram = diagram;
        _numbers = diagram.Nodes.Select((n, i) => (n.Id, i)).ToDictionary(n => n.Id, n => n.i, StringComparer.Ordinal);
        _needs = diagram.Edges.ToLookup(e => e.From, StringComparer.Ordinal);
        _neededBy = diagram.Edges.ToLookup(e => e.To, StringComparer.Ordinal);
    }

    public string Print()
    {
        var text = new StringBuilder();
        foreach (var node in _diagram.Nodes)
        {
            var kind = node.Kind.ToString().ToLowerInvariant();
            text.Append(CultureInfo.InvariantCulture, $"<tr id=\"n{_numbers[node.Id]}\"><th scope=\"row\"><span class=\"kind {kind}\" title=\"{kind}\"></span>{PageTemplate.Encode(node.Name)}</th>");
            text.Append(CultureInfo.InvariantCulture, $"<td data-label=\"Version\">{PageTemplate.Encode(node.Version)}</td><td class=\"number\" data-label=\"Size\">{PageTemplate.Encode(Size(node))}</td>");
            text.Append(CultureInfo.InvariantCulture, $"<td>{Edges(_needs[node.Id], "needs", e => e.To)}</td><td>{Edges(_neededBy[node.Id], "needed by", e => e.From)}</td></tr>\n");
        }

        return text.ToString();
    }

    private static string Size(DiagramNode node) => node switch
    {
        { Bytes: { } bytes } => ByteCount.Show(bytes),
        { DebBytes: { } bytes } => ByteCount.Show(bytes) + " (.deb)",
        _ => "",
    };

    private string Edges(IEnumerable<DiagramEdge> edges, string word, Func<DiagramEdge, string> end)
    {
        DiagramEdge[] all = [.. edges];
        if (all.Length == 0)
        {
            return "";
        }

        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<details><summary>{word} {all.Length}</summary><ul>");
        foreach (var edge in all)
        {
            var node = _diagram.Nodes[_numbers[end(edge)]];
            text.Append(CultureInfo.InvariantCulture, $"<li><a href=\"#n{_numbers[node.Id]}\">{PageTemplate.Encode(node.Name)}</a>");
            foreach (var line in edge.Reasons.Length == 0 ? [edge.Kind] : edge.Reasons.Select(r => r.Words + Files(r.Files)))
            {
                text.Append(CultureInfo.InvariantCulture, $"<span class=\"why\">{PageTemplate.Encode(line)}</span>");
            }

            text.Append("</li>");
        }

        return text.Append("</ul></details>").ToString();
    }

    private static string Files(ImmutableArray<string> files) => files.IsEmpty
        ? ""
        : ": " + string.Join(", ", files.Take(ShownFiles)) + (files.Length > ShownFiles ? string.Create(CultureInfo.InvariantCulture, $" and {files.Length - ShownFiles} more") : "");
}
