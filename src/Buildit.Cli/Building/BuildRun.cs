using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Building;

/// <summary>Builds the targets of a request one after the other, each with its own workspace.</summary>
/// <param name="terminal">What a person sees.</param>
/// <param name="verbs">Names of all commands: who mistypes one has named a target.</param>
internal sealed class BuildRun(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    /// <summary>Builds all of them; gives the exit code.</summary>
    public async Task<int> RunAsync(BuildRequest request, CancellationToken cancel)
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
        using var shell = request.OpensShell ? new FailureShell(terminal) : null;
        using var session = new Session(workspace, engine with { OnFailure = shell }, progress.Take, progress.Binhosts.Take);
        shell?.WorkIn(session);
        session.Binhosts.Target = written;
        await (target is Target.ContainerDirectory container
            ? new ContainerBuild(session, terminal, progress, request).RunAsync(container, cancel)
            : new PackageBuild(session, terminal, progress, request).RunAsync(target, cancel));
    }
}
