using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>Graphviz takes our graphs.</summary>
[Collection(nameof(Judged))]
public sealed class GraphTests(Judged judged)
{
    // What Debian's maintainer script does: 'dot -c' looks at the plug-ins that are there, here in a directory that can be written.
    private const string Graphviz = "mkdir -p /tmp/gv && cp /usr/lib/x86_64-linux-gnu/graphviz/libgvplugin_core.so.* /usr/lib/x86_64-linux-gnu/graphviz/libgvplugin_dot_layout.so.* /tmp/gv && export GVBINDIR=/tmp/gv && dot -c && ";

    [Theory]
    [InlineData("containers/nginx-prod")]
    [InlineData("containers/nginx-prod", "--all")]
    [InlineData("containers/nginx-prod", "--runtime")]
    [InlineData("dev-db/redis", "--runtime")]
    public async Task Graphviz_draws_every_node_and_edge(string target, params string[] options)
    {
        var graph = await BuilditProcess.RunAsync(Repository.Root, ["graph", target, .. options, "-o", Path.Combine(judged.Work, "graph.dot")]);
        Assert.True(graph.ExitCode == 0, graph.ToString());
        var lines = await File.ReadAllLinesAsync(Path.Combine(judged.Work, "graph.dot"));

        var svg = judged.Peers.Shell(Graphviz + "dot -Tsvg graph.dot").Succeeded();

        Assert.Equal(lines.Count(l => l.Contains(" -> ", StringComparison.Ordinal)), svg.Split("class=\"edge\"").Length - 1);
        Assert.Equal(lines.Count(l => l.Contains("fillcolor=", StringComparison.Ordinal) && l.StartsWith("  \"", StringComparison.Ordinal)), svg.Split("class=\"node\"").Length - 1);
    }
}
