using System.CommandLine;
using Buildit.Build.Engine;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Commands;

/// <summary>What the building commands were told.</summary>
internal sealed record BuildRequest(string Start, IReadOnlyList<string> Targets, string Output, IReadOnlyList<ImageFormat> Formats, int? Jobs, LookupPolicy Lookups, EngineOptions Engine);

/// <summary>buildit [build] TARGET...</summary>
/// <param name="terminal">What a person sees.</param>
/// <param name="verbs">Names of all commands: who mistypes one has named a target.</param>
internal sealed class BuildCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    /// <summary>The word that may be left out.</summary>
    public const string Name = "build";

    private readonly Argument<string[]> _targets = Options.Targets();
    private readonly Option<string> _output = Options.Output();
    private readonly Option<string?> _type = Options.Type();
    private readonly Option<int?> _jobs = Options.Jobs();
    private readonly Option<bool> _keepGoing = new("--keep-going", "-k") { Description = "After a failure, go on with whatever does not depend on it; the smallest exit code of a failure counts" };
    private readonly Option<bool> _rebuild = Options.Rebuild();
    private readonly Option<bool> _offline = Options.Offline();
    private readonly Option<bool> _locked = new("--locked") { Description = "Look nothing up by name or URL: exit with 7 and list all that is in no lock" };
    private readonly Option<bool> _keepFailed = new("--keep-failed") { Description = "Keep the work directory of a failed build, and say where it is" };
    private readonly Option<string> _progress = Options.Progress();

    private IEnumerable<Option> Choices => [_output, _type, _jobs, _keepGoing, _rebuild, _offline, _locked, _keepFailed, _progress];

    public Command Command()
    {
        var command = new Command(Name, "Build containers and packages; the word 'build' may be left out") { _targets };
        foreach (var option in Choices)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancel) =>
        {
            terminal.SetProgress(parsed.GetValue(_progress)!);
            return RunAsync(Request(parsed), cancel);
        });
        return command;
    }

    private BuildRequest Request(ParseResult parsed)
    {
        var start = Options.StartOf(parsed);
        return new(
            start,
            Options.TargetsOf(parsed, _targets, Name),
            Path.GetFullPath(parsed.GetValue(_output)!, start),
            Options.FormatsOf(parsed.GetValue(_type)),
            parsed.GetValue(_jobs),
            new(Locked: parsed.GetValue(_locked), Offline: parsed.GetValue(_offline)),
            new()
            {
                KeepGoing = parsed.GetValue(_keepGoing),
                Rebuild = parsed.GetValue(_rebuild),
                Offline = parsed.GetValue(_offline),
                KeepFailed = parsed.GetValue(_keepFailed),
            });
    }

    private async Task<int> RunAsync(BuildRequest request, CancellationToken cancel)
    {
        if (request.Lookups.Locked && !request.Engine.KeepGoing)
        {
            await CheckLocksAsync(request, cancel);
        }

        var worst = ExitCode.Ok;
        var summary = new RunSummary();
        foreach (var target in request.Targets)
        {
            try
            {
                await BuildAsync(request, target, summary, cancel);
            }
            catch (BuilditException e) when (request.Engine.KeepGoing)
            {
                terminal.Print(e.Diagnostics);
                summary.Take(target, e);
                worst = worst == ExitCode.Ok || e.Code < worst ? e.Code : worst;
            }
        }

        summary.Print(terminal);
        return (int)worst;
    }

    /// <summary>What is missing from the locks of all targets is told at once, before anything is built.</summary>
    private async Task CheckLocksAsync(BuildRequest request, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        foreach (var written in request.Targets.Skip(1).Any() ? request.Targets : [])
        {
            var target = Target.Find(request.Start, written, verbs());
            var workspace = await TreeCheckouts.FindWorkspaceAsync(request.Start, target.Path, request.Lookups, terminal, cancel);
            using var session = new Session(workspace, request.Engine, static _ => { });
            request.Lookups.Report(TargetGraph.ReadUnlocked(session, target, bag), bag);
        }

        LookupPolicy.ThrowIfErrors(bag);
    }

    private async Task BuildAsync(BuildRequest request, string written, RunSummary summary, CancellationToken cancel)
    {
        var target = Target.Find(request.Start, written, verbs());
        var workspace = await TreeCheckouts.FindWorkspaceAsync(request.Start, target.Path, request.Lookups, terminal, cancel);
        var progress = new Progress(terminal, summary);
        var engine = request.Engine with { Jobs = request.Jobs ?? workspace.Config.Jobs ?? Environment.ProcessorCount, SourceMirrors = workspace.Config.Mirrors };
        using var session = new Session(workspace, engine, progress.Take);
        await (target is Target.ContainerDirectory container
            ? new ContainerBuild(session, terminal, progress, request).RunAsync(container, cancel)
            : new PackageBuild(session, terminal, progress, request.Lookups).RunAsync(target, cancel));
    }
}
