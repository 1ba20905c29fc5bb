using Buildit.Cli.Consoles;
using Buildit.Cli.Discovering;
using Buildit.Cli.Locks;
using Buildit.Cli.Offline;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Building;

/// <summary>Builds the targets of a request one after the other, each with its own workspace.</summary>
/// <param name="terminal">What a person sees.</param>
/// <param name="verbs">Names of all commands: who mistypes one has named a target.</param>
internal sealed class BuildRun(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Dictionary<string, (Target Target, Workspace Workspace)> _found = new(StringComparer.Ordinal);

    /// <summary>Builds all of them; gives the exit code.</summary>
    public async Task<int> RunAsync(BuildRequest request, CancellationToken cancel)
    {
        if (!request.Lookups.MayLookUp && !request.Engine.KeepGoing)
        {
            await CheckAsync(request, cancel);
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

    /// <summary>What is missing from the locks of all targets is told at once, before anything is built; and then, without a network, all files that are missing.</summary>
    private async Task CheckAsync(BuildRequest request, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var shortage = Shortage.Nothing;
        // What one target alone lacks in its lock, it says itself.
        foreach (var written in request.Engine.Offline || request.Targets.Count > 1 ? request.Targets : [])
        {
            var (target, workspace) = await FindAsync(request, written, cancel);
            using var session = Session.ToRead(workspace);
            var mistakes = new DiagnosticBag();
            var graph = TargetGraph.ReadUnlocked(session, target, mistakes);
            request.Lookups.Report(graph, mistakes);
            bag.AddRange(mistakes);
            shortage = request.Engine.Offline && !mistakes.HasErrors
                ? shortage.And(await new OfflineCheck(session, new(request.Output, request.Formats, request.Engine.Rebuild)).FindAsync(target, cancel))
                : shortage;
        }

        LookupPolicy.ThrowIfErrors(bag);
        shortage.ThrowIfAny([.. request.Discover.Select(d => $"--discover={d.Place}"), .. request.Targets]);
    }

    private async Task<(Target Target, Workspace Workspace)> FindAsync(BuildRequest request, string written, CancellationToken cancel)
    {
        if (!_found.TryGetValue(written, out var found))
        {
            _found[written] = found = await DiscoveredTarget.FindAsync(request.Start, written, request.Lookups, request.Discover, verbs, terminal, cancel);
            await new DiscoveryTrust(terminal, found.Workspace).AcceptAsync(request.Trusted, request.Engine.Offline, cancel);
        }

        return found;
    }

    private async Task BuildAsync(BuildRequest request, string written, RunSummary summary, CancellationToken cancel)
    {
        var (target, workspace) = await FindAsync(request, written, cancel);
        var engine = request.Engine with { Jobs = request.Jobs ?? workspace.Config.Jobs ?? Environment.ProcessorCount, SourceMirrors = workspace.Config.Mirrors };
        var progress = new Progress(terminal, summary, engine.RequireBinhost);
        using var shell = request.OpensShell ? new FailureShell(terminal) : null;
        using var session = new Session(workspace, engine with { OnFailure = shell }, progress.Take, progress.Binhosts.Take);
        shell?.WorkIn(session);
        session.Binhosts.Target = written;
        try
        {
            await (target is Target.ContainerDirectory container
                ? new ContainerBuild(session, terminal, progress, request).RunAsync(container, cancel)
                : new PackageBuild(session, terminal, progress, request).RunAsync(target, cancel));
            progress.Binhosts.TellHeld([]);
        }
        catch (BuilditException e)
        {
            progress.Binhosts.TellHeld(e.Diagnostics);
            throw;
        }
    }
}
