using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Buildit.Build.Engine;
using Buildit.Cli.Consoles;
using Buildit.Cli.Discovering;
using Buildit.Cli.Locks;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Discovery;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Commands;

/// <summary>buildit lock [TARGET...]: pins the distribution packages of a workspace, and whatever the targets look up by name or URL.</summary>
/// <param name="terminal">What a person sees.</param>
/// <param name="verbs">Names of all commands: who mistypes one has named a target.</param>
internal sealed class LockCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    public Command Command()
    {
        var targets = new Argument<string[]>("TARGET") { Arity = ArgumentArity.ZeroOrMore, Description = "Directory of a container or recipe, or name of a package: its buildit.lock is completed, too" };
        var check = new Option<bool>("--check") { Description = "Write no lock; exit with 7 if one is not up to date" };
        var discover = Options.Discover();
        var command = new Command("lock", "Pin the distribution packages that recipes name, with everything they depend on, in packages.lock; and what targets look up, in their buildit.lock") { targets, check, discover };
        command.SetAction((parsed, cancel) => RunAsync(
            Options.StartOf(parsed), Options.NoOptions(parsed.GetValue(targets), [check, discover], "lock"), new(Locked: parsed.GetValue(check), Offline: false), Options.DiscoverOf(parsed.GetValue(discover)), cancel));
        return command;
    }

    private async Task<int> RunAsync(string start, string[] written, LookupPolicy policy, ImmutableArray<DiscoveryEntry> discover, CancellationToken cancel)
    {
        Task<(Target Target, Workspace Workspace)> FindAsync(string target) => DiscoveredTarget.FindAsync(start, target, policy, discover, verbs, terminal, cancel);

        var workspaces = new List<Workspace>();
        foreach (var target in written)
        {
            workspaces.Add((await FindAsync(target)).Workspace);
        }

        if (written.Length == 0)
        {
            workspaces.Add(await TreeCheckouts.FindWorkspaceAsync(start, start, policy, discover, terminal, cancel));
            RequireSomething(workspaces[0]);
        }

        var isCurrent = await LockDistributionsAsync(workspaces, policy, cancel);
        foreach (var target in written)
        {
            // Found again: with the distribution's lock as it is now.
            var (found, workspace) = await FindAsync(target);
            isCurrent &= await LockAsync(found, workspace, policy, cancel);
        }

        return (int)(isCurrent || !policy.Locked ? ExitCode.Ok : ExitCode.Missing);
    }

    /// <summary>The distributions of the targets' workspaces, each once.</summary>
    private async Task<bool> LockDistributionsAsync(IEnumerable<Workspace> workspaces, LookupPolicy policy, CancellationToken cancel)
    {
        var isCurrent = true;
        foreach (var workspace in workspaces.Where(w => w.Distribution is not null).DistinctBy(w => w.Distribution!.Directory))
        {
            using var session = new Session(workspace, new EngineOptions(), static _ => { });
            isCurrent &= await new DistributionLock(session, workspace.Distribution!, terminal).UpdateAsync(policy.Locked, null, cancel);
        }

        return isCurrent;
    }

    private static void RequireSomething(Workspace workspace)
    {
        if (workspace.Distribution is null && !TreePlaces.Git(workspace.Settings).Any() && workspace.Discovered.IsEmpty)
        {
            throw new BuilditException(ExitCode.InvalidInput, "no recipe tree declares a distribution", "a recipe tree declares it in debian/distribution.yaml; start the command in the workspace, or say where it is with -C");
        }
    }

    private async Task<bool> LockAsync(Target target, Workspace workspace, LookupPolicy policy, CancellationToken cancel)
    {
        using var session = new Session(workspace, new EngineOptions(), new Progress(terminal).Take);
        var bag = new DiagnosticBag();
        var graph = TargetGraph.ReadUnlocked(session, target, bag);
        bag.ThrowIfErrors();
        if (policy.Locked)
        {
            return Check(graph);
        }

        await new GraphPinning(session, policy, terminal).CompleteAsync(graph, cancel);
        Report(graph, "locked");
        return true;
    }

    private bool Check(TargetGraph graph)
    {
        var missing = graph.Missing.ToArray();
        var unused = graph.Lock.Own.Pins.Keys.Where(graph.Lock.IsUnused).ToArray();
        foreach (var (lookup, state) in missing.Select(m => (m.Lookup, "is missing")).Concat(unused.Select(u => (u, "is used by nothing"))))
        {
            terminal.Line($"    {Redaction.Of(lookup.ToString())}: {state}");
        }

        var isCurrent = missing.Length == 0 && unused.Length == 0;
        Report(graph, isCurrent ? "up to date" : "not up to date");
        return isCurrent;
    }

    private void Report(TargetGraph graph, string state) =>
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{(graph.Lock.Path is null ? graph.DisplayName : graph.Lock.DisplayPath)}: {graph.Lock.Pins.Wanted.Count} named by URL, {state}"));
}
