using Buildit.Build.Engine;
using Buildit.Cli.Commands;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Targets;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Cli.Building;

/// <summary>Builds a container: its packages, their runtime closure, and the images.</summary>
internal sealed class ContainerBuild(Session session, Terminal terminal, Progress progress, BuildRequest request)
{
    public async Task RunAsync(Target.ContainerDirectory target, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var input = ContainerInput.ReadUnlocked(session, target, bag);
        input = input with { Graph = await new GraphPinning(session, request.Lookups, terminal).PinAsync(input.Graph, bag, cancel) };
        var graph = input.Graph;
        terminal.Print([.. bag.Items]);

        terminal.Line($"Building {graph.DisplayName}");
        var realised = await RealiseAsync(graph, cancel);
        await new ImageBuild(session, terminal, request).RunAsync(await input.ComposeAsync(session, realised.Select(r => r.Package), cancel), cancel);
        if (progress.Made == 0)
        {
            terminal.Line("Nothing was built: all packages are in the store.");
        }
    }

    private async Task<List<Realised>> RealiseAsync(TargetGraph graph, CancellationToken cancel)
    {
        var realised = new List<Realised>();
        var failures = new List<BuilditException>();
        foreach (var requested in graph.Packages)
        {
            try
            {
                realised.Add(await PackageSteps.RealiseAsync(session, terminal, progress, requested, cancel));
            }
            catch (BuilditException e) when (request.Engine.KeepGoing)
            {
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            progress.Summary.LeftOut($"images of {graph.DisplayName}", failures);
            Failures.Throw(failures);
        }

        return realised;
    }
}
