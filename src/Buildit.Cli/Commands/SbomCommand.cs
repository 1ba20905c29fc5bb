using System.CommandLine;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Graphs;
using Buildit.Cli.Sboms;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Sboms;

namespace Buildit.Cli.Commands;

/// <summary>buildit sbom TARGET: the bill of materials of a package, or of a container's images.</summary>
internal sealed class SbomCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Argument<string[]> _target = Options.Targets();
    private readonly Option<string> _format = new("--format") { HelpName = "FORMAT", Description = "spdx: SPDX 2.3 as JSON; cyclonedx: CycloneDX 1.6 as JSON", DefaultValueFactory = _ => SbomFormat.Spdx.Name };
    private readonly Option<string?> _output = new("--output", "-o") { HelpName = "FILE", Description = "Write to a file instead of standard output" };
    private readonly Option<bool> _offline = Options.Offline();

    public Command Command()
    {
        Options.OnlyAmong(_format, [.. SbomFormat.All.Select(f => f.Name)]);
        _target.Description = "Directory of a container, an image that it gave (a directory or file), or a package";
        var command = new Command("sbom", "Say what a package or image is made of: packages, sources, patches, licenses, files, as SPDX or CycloneDX") { _target, _format, _output, _offline };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var start = Options.StartOf(parsed);
        var written = Options.OneTarget(parsed.GetValue(_target), [_format, _output, _offline], "sbom");
        var format = SbomFormat.All.First(f => f.Name == parsed.GetValue(_format));
        var target = ImageTarget.Find(start, written, terminal, verbs);
        var workspace = Workspace.Find(start, target.Path, terminal);
        var progress = new Progress(terminal);
        using var session = new Session(workspace, new() { Offline = parsed.GetValue(_offline), SourceMirrors = workspace.Config.Mirrors }, progress.Take, progress.Binhosts.Take);
        var document = format.Write(await MakeAsync(session, target, cancel));
        if (parsed.GetValue(_output) is { } file)
        {
            await OutputFile.WriteAsync(start, file, document, cancel);
            return 0;
        }

        terminal.Data(System.Text.Encoding.UTF8.GetString(document).TrimEnd('\n'));
        return 0;
    }

    private static Task<Sbom> MakeAsync(Session session, Target target, CancellationToken cancel)
    {
        // Throws for what was not built: a bill of something that nobody has would be no use.
        var view = RuntimeView.Read(session, target);
        return target is Target.ContainerDirectory directory
            ? new SbomMaker(session).OfImageAsync(new(view.Target.Container!, ContainerInputs.Read(session, directory).Files, view.Closure.Packages), cancel)
            : new SbomMaker(session).OfPackageAsync(view.Target.Packages[0].Package, cancel);
    }
}
