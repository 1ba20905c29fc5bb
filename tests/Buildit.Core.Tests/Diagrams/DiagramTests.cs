using System.Text;
using System.Text.Json;
using Buildit.Core.Diagrams;
using Buildit.Core.Graphs;
using Buildit.Core.Tests.Graphs;

namespace Buildit.Core.Tests.Diagrams;

/// <summary>What a diagram shows, and that nothing in a name can break its forms. Goldens of whole graphs are with the program's own tests.</summary>
public class DiagramTests
{
    private static readonly Diagram Odd = new(
        "a \"title\" \\ of\n<two> lines",
        [new("x/\"y\"", NodeKind.Recipe, "x/\"y\"", "1\\0"), new("z/#1;`&", NodeKind.Debian, "z/#1;`&", "")],
        [new("x/\"y\"", "z/#1;`&", "needs") { Reasons = [.. Enumerable.Range(0, 6).Select(i => new NeedReason(ReasonKind.Library, $"lib\"{i}|.so", []))] }]);

    [Fact]
    public void Dot_escapes_quotes_and_backslashes_and_shows_a_few_reasons()
    {
        var text = DotText.Of(Odd);
        Assert.StartsWith("digraph \"a \\\"title\\\" \\\\ of\\n<two> lines\" {\n", text, StringComparison.Ordinal);
        Assert.Contains("  \"x/\\\"y\\\"\" [label=\"x/\\\"y\\\"\\n1\\\\0\", fillcolor=", text, StringComparison.Ordinal);
        Assert.Contains("[label=\"loads lib\\\"0|.so\\nloads lib\\\"1|.so\\nloads lib\\\"2|.so\\nloads lib\\\"3|.so\\nand 2 more\", style=solid]", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Mermaid_numbers_its_nodes_and_escapes_what_it_would_read()
    {
        var text = MermaidText.Of(Odd);
        Assert.Contains("  n0[\"x/#34;y#34;<br/>1\\0\"]\n  n1[\"z/#35;1#59;#96;#38;\"]\n", text, StringComparison.Ordinal);
        Assert.Contains("  n0 -->|\"loads lib#34;0|.so<br/>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_read_back()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            DiagramJson.Write(json, Odd);
        }

        using var read = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(Odd.Title, read.RootElement.GetProperty("title").GetString());
        Assert.Equal(Odd.Nodes.Select(n => n.Id), read.RootElement.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("id").GetString()));
        Assert.Equal(6, read.RootElement.GetProperty("edges")[0].GetProperty("reasons").GetArrayLength());
    }

    [Fact]
    public void Distribution_packages_that_no_recipe_names_are_shown_when_all_are_wanted()
    {
        var graph = PackageGraph.Of([new Demo().Package()]);
        string[] few = [.. Make(isWhole: false).Nodes.Select(n => n.Id)];
        Assert.DoesNotContain("debian/libc", few);
        Assert.Contains("debian/tool", few);
        Assert.Equal(["debian/libc", "debian/libgcc"], Make(isWhole: true).Nodes.Select(n => n.Id).Except(few));
        Assert.Contains(new("debian/libc", "debian/libgcc", "debian"), Make(isWhole: true).Edges);
        Assert.DoesNotContain(Make(isWhole: false).Edges, e => e.Kind == "debian");

        Diagram Make(bool isWhole) => new DiagramMaker(_ => null).OfBuild("demo", graph, [], isWhole);
    }

    [Fact]
    public void Two_packages_of_one_name_are_two_nodes()
    {
        var demo = new Demo();
        var nodes = new DiagramMaker(p => p.Version == "1.0" ? 7 : null).OfBuild("demo", PackageGraph.Of([demo.Package("app/demo-1.0"), demo.Package("app/demo-2.0")]), [], isWhole: false).Nodes.Where(n => n.Name == "app/demo").ToArray();
        Assert.Equal(2, nodes.Select(n => n.Id).Distinct().Count());
        Assert.Equal([7L, null], nodes.OrderBy(n => n.Version, StringComparer.Ordinal).Select(n => n.Bytes));
    }
}
