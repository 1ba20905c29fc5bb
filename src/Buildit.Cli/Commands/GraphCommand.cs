using System.CommandLine;
using System.Text;
using Buildit.Build.Planning;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Graphs;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Diagrams;
using Buildit.Core.Graphs;
using Buildit.Core.Records;

namespace Buildit.Cli.Commands;

/// <summary>buildit graph TARGET: what a target is built from, or what it needs at run time, as a drawing or as data.</summary>
internal sealed class GraphCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private static readonly string[] Formats = ["dot", "mermaid", "json", "html"];

    private readonly Argument<string[]> _target = Options.Targets();
    private readonly Option<bool> _runtime = new("--runtime") { Description = "Show what is there at run time, and why: sonames and the files that load them, interpreters, declared needs. It must have been built" };
    private readonly Option<string?> _format = new("--format") { HelpName = "FORMAT", Description = "dot (Graphviz), mermaid, json, or html: a page to look at [default: what the ending of FILE says, else dot]" };
    private readonly Option<bool> _all = new("--all") { Description = "Show distribution packages, too, that only other distribution packages depend on" };
    private readonly Option<string?> _output = new("--output", "-o") { HelpName = "FILE", Description = "Write to a file instead of standard output" };

    public Command Command()
    {
        Options.OnlyAmong(_format, Formats);
        var command = new Command("graph", "Show what a target is built from, or what it needs at run time, as a graph") { _target, _runtime, _format, _all, _output };
        command.SetAction((parsed, cancel) => RunAsync(parsed, cancel));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var start = Options.StartOf(parsed);
        var target = Target.Find(start, Options.OneTarget(parsed.GetValue(_target), [_runtime, _format, _all, _output], "graph"), verbs());
        var file = parsed.GetValue(_output);
        var format = parsed.GetValue(_format) ?? FormatOf(file);
        using var session = Session.ToRead(Workspace.Find(start, target.Path, terminal));
        var text = Print(DiagramOf(session, target, parsed.GetValue(_runtime), parsed.GetValue(_all)), format);
        if (file is null)
        {
            terminal.Data(text.TrimEnd('\n'));
            return 0;
        }

        await OutputFile.WriteAsync(start, file, Encoding.UTF8.GetBytes(text), cancel);
        return 0;
    }

    private static Diagram DiagramOf(Session session, Target target, bool isRuntime, bool isWhole)
    {
        if (isRuntime)
        {
            var view = RuntimeView.Read(session, target);
            var records = view.Closure.Packages.ToDictionary(p => p.Package.Key, p => p.Record);
            return new DiagramMaker(p => PackageSize.Of(session.Store, records[p.Key], Composition.Output)).OfRuntime(view.Target.DisplayName, view.Graph, view.Target.Container is not null);
        }

        var read = TargetGraph.Read(session, target);
        var graph = PackageGraph.Of(read.Packages.Select(p => p.Package));
        var there = new StoreAvailability(session.Store, session.Records, graph);
        return new DiagramMaker(p => there.Find(p, Need.Record) is { } record ? PackageSize.Of(session.Store, record) : null)
            .OfBuild(read.DisplayName, graph, read.Container is null ? [] : [.. read.Packages.Select(p => p.Asked)], isWhole);
    }

    private static string Print(Diagram diagram, string format) => format switch
    {
        "dot" => DotText.Of(diagram),
        "mermaid" => MermaidText.Of(diagram),
        "json" => JsonText.Of(json => DiagramJson.Write(json, diagram)) + "\n",
        _ => DiagramPage.Of(diagram),
    };

    private static string FormatOf(string? file) => Path.GetExtension(file) switch
    {
        null or "" or ".dot" or ".gv" => "dot",
        ".mmd" or ".mermaid" => "mermaid",
        ".json" => "json",
        ".html" or ".htm" => "html",
        var other => throw new BuilditException(ExitCode.InvalidInput, $"'{other}' says nothing of the format", $"say it with --format: {string.Join(", ", Formats)}"),
    };
}
