using System.Collections.Immutable;
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
        var inputs = ContainerInputs.ReadUnlocked(session, target);
        var bag = new DiagnosticBag();
        var graph = await new GraphPinning(session, request.Lookups, terminal).PinAsync(inputs.Graph, bag, cancel);
        terminal.Print([.. inputs.Warnings, .. bag.Items]);

        terminal.Line($"Building {graph.DisplayName}");
        var realised = await RealiseAsync(graph.Packages, cancel);
        var closure = await session.Engine.RuntimeClosureAsync(realised.Select(r => r.Package), cancel);
        await new ImageBuild(session, terminal, request).RunAsync(new(inputs.Container, inputs.Files, closure), cancel);
        if (progress.Made == 0)
        {
            terminal.Line("Nothing was built: all packages are in the store.");
        }
    }

    private async Task<List<Realised>> RealiseAsync(ImmutableArray<RequestedPackage> packages, CancellationToken cancel)
    {
        var realised = new List<Realised>();
        var failures = new List<Exception>();
        foreach (var requested in packages)
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

        Failures.Throw(failures);
        return realised;
    }
}
