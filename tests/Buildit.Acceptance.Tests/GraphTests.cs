using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary><c>buildit graph</c>: what a target is built from, or needs at run time, in four forms.</summary>
public sealed partial class GraphTests
{
    [Theory]
    [InlineData("dot")]
    [InlineData("mermaid")]
    [InlineData("json")]
    public async Task A_build_graph_is_the_same_everywhere_and_needs_no_store(string format)
    {
        using var workspace = new PlannedWorkspace();
        var before = Listing.Of(workspace.Files.Path);
        Golden.Check($"tests/golden/graphs/small.{format}", (await workspace.Files.MustBuildAsync("graph", "containers/small", "--format", format)).Output);
        Golden.Check($"tests/golden/graphs/small-all.{format}", (await workspace.Files.MustBuildAsync("graph", "containers/small", "--format", format, "--all")).Output);
        Assert.Equal(before, Listing.Of(workspace.Files.Path));
    }

    [Fact]
    public async Task The_form_is_what_the_name_of_the_file_says()
    {
        using var workspace = new PlannedWorkspace();
        foreach (var (file, beginning) in new[] { ("g.dot", "digraph "), ("g.mmd", "flowchart "), ("g.json", "{"), ("g.html", "<!DOCTYPE html>") })
        {
            Assert.Empty((await workspace.Files.MustBuildAsync("graph", "test/app", "-o", file)).Output);
            Assert.StartsWith(beginning, File.ReadAllText(workspace.Files.In(file)), StringComparison.Ordinal);
        }

        (await workspace.Files.BuildAsync("graph", "test/app", "-o", "g.png")).Fails(2, "'.png' says nothing of the format", "dot, mermaid, json, html");
        (await workspace.Files.BuildAsync("graph", "test/app", "--format", "svg")).Fails(2, "svg");
        (await workspace.Files.BuildAsync("graph", "test/app", "test/lib")).Fails(2, "one TARGET at a time");
        (await workspace.Files.BuildAsync("graph", "test/apq")).Fails(3, "did you mean 'test/app'?");
    }

    [Fact]
    public async Task The_page_is_well_formed_asks_for_nothing_and_says_everything_without_a_script()
    {
        using var workspace = new PlannedWorkspace();
        var page = (await workspace.Files.MustBuildAsync("graph", "containers/small", "--format", "html")).Output;
        var scripts = Script().Matches(page);
        Assert.Equal(3, scripts.Count);
        Assert.DoesNotContain("sourceMappingURL=", page, StringComparison.Ordinal);

        // Less its scripts, and with the elements closed that HTML leaves open, it is XML.
        var bare = Script().Replace(page, "").Replace("<!DOCTYPE html>", "", StringComparison.Ordinal).Replace(" hidden>", " hidden=\"\">", StringComparison.Ordinal);
        var html = XDocument.Parse(Void().Replace(bare, "<$1/>").Replace("&minus;", "-", StringComparison.Ordinal));
        Assert.Empty(html.Descendants().Attributes().Where(a => a.Name.LocalName is "src" or "href" or "action" && !a.Value.StartsWith('#')));
        Assert.Contains(html.Descendants("meta").Attributes("content"), a => a.Value.StartsWith("default-src 'none';", StringComparison.Ordinal));
        Assert.DoesNotMatch(@"url\(|@import|https?:", html.Descendants("style").Single().Value);

        var rows = html.Descendants("tbody").Single().Elements("tr").ToArray();
        using var data = JsonDocument.Parse(Script().Match(page).Groups[1].Value);
        var nodes = data.RootElement.GetProperty("nodes").EnumerateArray().ToArray();
        Assert.Equal(nodes.Select(n => n.GetProperty("name").GetString()), rows.Select(r => r.Element("th")!.Value));
        Assert.Equal(nodes.Select((_, i) => FormattableString.Invariant($"n{i}")), rows.Select(r => r.Attribute("id")!.Value));
        Assert.Empty(html.Descendants("a").Select(a => a.Attribute("href")!.Value[1..]).Except(rows.Select(r => r.Attribute("id")!.Value)));
        Assert.Equal(data.RootElement.GetProperty("edges").GetArrayLength() * 2, html.Descendants("li").Count());
    }

    [Fact]
    public async Task A_title_and_a_name_can_mean_nothing_to_the_page()
    {
        using var workspace = new PlannedWorkspace();
        workspace.Files.Recipe("app", "true", "summary: '</script><b>&'\n", "[toolchain/c]");
        workspace.Files.Write("containers/small/container.yaml", "- vars: {name: small, version: 1, author: '<b>'}\n- package: test/app\n- image: {type: oci}\n");
        var page = (await workspace.Files.MustBuildAsync("graph", "containers/small", "--format", "html")).Output;
        Assert.Contains("<title>&lt;b&gt;/small-1</title>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page.Split("/*! cytoscape")[0], StringComparison.Ordinal);
        Assert.Equal(3, Script().Count(page));
    }

    [Fact]
    public void Libraries_of_the_page_are_what_was_published() =>
        Assert.Equal(4, Run.Shell($"cd '{Repository.Root}/src/Buildit.Cli/Graphs/Page/vendor' && sha256sum --strict -c SHA256SUMS").Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(l => l.EndsWith(": OK", StringComparison.Ordinal)));

    [Fact]
    public async Task What_was_not_built_has_no_runtime_graph()
    {
        using var workspace = new PlannedWorkspace();
        (await workspace.Files.BuildAsync("graph", "containers/small", "--runtime")).Fails(7, "'small-1' was not built as it is declared now: the store has no 'debian/dash-1', 'test/app-1.0'", "build it first: 'buildit containers/small'");
    }

    [GeneratedRegex("<script[^>]*>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("<((?:meta|input)[^>]*?)>")]
    private static partial Regex Void();
}
