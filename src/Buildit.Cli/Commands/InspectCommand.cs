using System.CommandLine;
using System.Text;
using Buildit.Cli.Consoles;
using Buildit.Cli.Inspecting;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Commands;

/// <summary>buildit inspect IMAGE: what an image consists of and what it runs.</summary>
internal sealed class InspectCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Argument<string[]> _image = new("IMAGE") { Arity = ArgumentArity.ZeroOrMore, Description = "Directory of a container, or an image that it gave (a directory or file)" };
    private readonly Option<bool> _json = Options.Json();
    private readonly Option<string?> _html = new("--html") { HelpName = "FILE", Description = "Write a page to look at: a treemap of sizes, and the same tables" };
    private readonly Option<bool> _offline = Options.Offline();

    public Command Command()
    {
        var command = new Command("inspect", "Show what an image consists of: packages, versions, sizes, layers, licenses, users, ports, environment") { _image, _json, _html, _offline };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var start = Options.StartOf(parsed);
        var written = Options.OneTarget(parsed.GetValue(_image), [_json, _html, _offline], "inspect");
        if (ImageTarget.Find(start, written, terminal, verbs) is not Target.ContainerDirectory target)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{written}' is a package, not a container", $"'buildit sbom {written}' says what it is made of, 'buildit graph {written}' what it needs");
        }

        var workspace = Workspace.Find(start, target.Path, terminal);
        var progress = new Progress(terminal);
        using var session = new Session(workspace, new() { Offline = parsed.GetValue(_offline), SourceMirrors = workspace.Config.Mirrors }, progress.Take, progress.Binhosts.Take);
        var inspection = await new Inspector(session, ImageTarget.DirectoryOf(start, written)).ReadAsync(target, cancel);
        if (parsed.GetValue(_html) is { } file)
        {
            await OutputFile.WriteAsync(start, file, Encoding.UTF8.GetBytes(InspectPage.Of(inspection)), cancel);
        }

        if (parsed.GetValue(_json) || parsed.GetValue(_html) is null)
        {
            terminal.Data(parsed.GetValue(_json) ? JsonText.Of(json => InspectJson.Write(json, inspection)) : InspectText.Print(inspection).TrimEnd('\n'));
        }

        return 0;
    }
}
