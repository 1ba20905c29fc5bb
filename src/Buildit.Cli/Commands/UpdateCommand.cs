using System.Collections.Immutable;
using System.CommandLine;
using Buildit.Build.Engine;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Locks;

namespace Buildit.Cli.Commands;

/// <summary>buildit update [NAME...]: looks up again whatever is locked and may have moved, says what did, and writes the locks.</summary>
internal sealed class UpdateCommand(Terminal terminal)
{
    private static LookupPolicy Policy => LookupPolicy.Free;

    public Command Command()
    {
        var names = new Argument<string[]>("NAME")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "debian/NAME, the address of a patch or git repository or the last part of it, or a target (all of its buildit.lock); everything in the workspace if none is given",
        };
        var command = new Command("update", "Look up again what locks pin and may have moved: branches, tags, patches by URL, recipe trees, distribution packages") { names };
        command.SetAction((parsed, cancel) => RunAsync(Options.StartOf(parsed), Options.NoOptions(parsed.GetValue(names), [], "update"), cancel));
        return command;
    }

    private async Task<int> RunAsync(string start, string[] names, CancellationToken cancel)
    {
        var workspace = await TreeCheckouts.FindWorkspaceAsync(start, start, Policy, terminal, cancel);
        var locked = LockedTargets.Find(workspace);
        var trees = TreePlaces.Git(workspace.Settings).Select(TreeCheckouts.LookupOf).Concat(workspace.Settings.Discover.Where(d => d.Web is not null).Select(TreeCheckouts.LookupOf)).ToArray();
        var selection = UpdateSelection.Of(
            names, [.. trees, .. locked.SelectMany(l => l.Pins.Pins.Keys)], [.. workspace.Distribution?.Lock.Packages.Keys ?? []], name => Target.TryFind(workspace, name));
        if (trees.Any(selection.Covers))
        {
            await TreeCheckouts.RenewAsync(workspace.Settings, selection.Covers, terminal, cancel);
            // With other recipes.
            workspace = Workspace.Find(start, start, terminal);
        }

        if (workspace.Distribution is { } files && (selection.IsAll || !selection.Packages.IsEmpty))
        {
            using var session = new Session(workspace, new EngineOptions(), static _ => { });
            await new DistributionLock(session, files, terminal).UpdateAsync(check: false, selection.IsAll ? null : selection.Packages, cancel);
        }

        foreach (var target in locked.Where(l => l.Pins.Pins.Keys.Any(selection.Covers)).Select(l => l.Target).Concat(selection.Targets).DistinctBy(t => t.Path))
        {
            await UpdateAsync(start, target, selection, cancel);
        }

        return (int)ExitCode.Ok;
    }

    private async Task UpdateAsync(string start, Target target, UpdateSelection selection, CancellationToken cancel)
    {
        var workspace = await TreeCheckouts.FindWorkspaceAsync(start, target.Path, Policy, terminal, cancel);
        using var session = new Session(workspace, new EngineOptions(), new Progress(terminal).Take);
        var bag = new DiagnosticBag();
        var graph = TargetGraph.ReadUnlocked(session, target, bag);
        bag.ThrowIfErrors();
        if (graph.Lock.Path is not { } path)
        {
            return;
        }

        // What another version of a recipe declares is in the lock, but not in this graph.
        var places = graph.Lock.Pins.Wanted.ToDictionary(w => w.Lookup, w => w.Span);
        var again = graph.Lock.Own.Pins.Keys.Where(l => l.Moves && !graph.Lock.IsUnused(l) && !l.IsOfConfiguration && (selection.Covers(target) || selection.Covers(l)));
        var missing = graph.Missing.Select(m => m.Lookup).Where(l => selection.Covers(target) || selection.Covers(l));
        var wanted = again.Concat(missing).Distinct().Select(l => new Wanted(l, places.TryGetValue(l, out var span) ? span : null)).ToArray();
        await new PinKeeper(session.Store, session.Pins, terminal, workspace.Settings).RenewAsync(path, wanted, graph.Lock.IsUnused, cancel);
    }
}
