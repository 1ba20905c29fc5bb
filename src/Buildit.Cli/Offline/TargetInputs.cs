using System.Globalization;
using Buildit.Build.Engine;
using Buildit.Build.Tools;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Registries;
using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Cli.Offline;

/// <summary>Everything from elsewhere that a target is built from, from the very first: with the tools that buildit itself works with.</summary>
/// <param name="Graph">The target, with everything pinned.</param>
/// <param name="Inputs">The files.</param>
internal sealed record TargetInputs(TargetGraph Graph, GraphInputs Inputs)
{
    /// <summary>Reads a target; what no lock has is looked up and locked.</summary>
    public static async Task<TargetInputs> ReadAsync(Session session, Terminal terminal, Target target, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var graph = target is Target.ContainerDirectory container ? ContainerInputs.ReadUnlocked(session, container, bag).Graph : TargetGraph.ReadUnlocked(session, target, bag);
        graph = await new GraphPinning(session, LookupPolicy.Free, terminal).PinAsync(graph, bag, cancel);
        terminal.Print([.. bag.Items]);
        var tools = session.Workspace.Distribution is null ? [] : Toolbox.Packages.Select(session.Toolbox.Node);
        return new(graph, GraphInputs.Of(PackageGraph.Of([.. graph.Packages.Select(p => p.Package), .. tools])));
    }

    /// <summary>Digests of all files.</summary>
    public IEnumerable<Digest> Digests => Inputs.Sources.Select(s => s.Source.Digest).Concat(Inputs.Patches.Select(p => p.Patch.Digest)).Concat(Inputs.Debs.Select(d => d.Sha256));

    /// <summary>Sees to it that the store has all of it, and says what that took. What cannot be had keeps nothing else back, and is told at the end, all at once.</summary>
    public async Task FetchAsync(Session session, Terminal terminal, Progress progress, bool sourcesOnly, CancellationToken cancel)
    {
        var debs = sourcesOnly ? [] : Inputs.Debs;
        Task[] work =
        [
            .. Inputs.Sources.Select(s => session.Sources.FetchAsync(s.Source, cancel)),
            .. Inputs.Patches.Select(p => session.Sources.PatchAsync(p.Patch, cancel)),
            .. debs.Select(d => session.Sources.DebAsync(d, cancel)),
        ];
        await Task.WhenAll(work).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        cancel.ThrowIfCancellationRequested();
        if (Graph.Container is { } container)
        {
            await new BaseImages(session, terminal).FetchAsync(container, cancel);
        }

        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"    {Inputs.Sources.Length} sources, {Inputs.Patches.Length} patches, {debs.Length} .debs: fetched {progress.Fetched} ({ByteCount.Show(progress.FetchedBytes)}), {work.Count(w => w.IsCompletedSuccessfully) - progress.Fetched} were there"));
        await Failures.WhenAllAsync(work);
    }
}
