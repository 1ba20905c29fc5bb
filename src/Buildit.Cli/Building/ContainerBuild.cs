using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Cli.Commands;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Images.ContainerLayers;

namespace Buildit.Cli.Building;

/// <summary>Builds a container: its packages, their runtime closure, and the images.</summary>
internal sealed class ContainerBuild(Session session, Terminal terminal, Progress progress, BuildRequest request)
{
    public async Task RunAsync(Target.ContainerDirectory target, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var graph = TargetGraph.ReadUnlocked(session, target, bag);
        var container = graph.Container!;
        // All that can be wrong in the files is told now, before anything is fetched or built.
        var files = ContainerLayerBuilder.Build(container, (text, span) => Template.Fill(new SourceText(span.Source.Path, text), container.Vars, bag), bag);
        ImageChecks.Run(container, bag);
        graph = await new GraphPinning(session, request.Lookups, terminal).PinAsync(graph, bag, cancel);
        terminal.Print([.. bag.Items]);
        var pushes = request.Pushes(session.Workspace);

        terminal.Line($"Building {graph.DisplayName}");
        var realised = await RealiseAsync(graph.Packages, cancel);
        ImmutableArray<Package> packages = [.. realised.Select(r => r.Package)];
        // What the packages' outputs are is enough to know what the images will be, and whether they are there already.
        var closure = await session.Engine.RuntimeClosureAsync(packages, Need.Record, cancel);
        var push = new Push(session, terminal, request.PushChoices, container.Steps.OfType<Step.Image>().FirstOrDefault(s => s.Format == ImageFormat.Oci)?.Compression ?? "zstd");
        var failed = await push.PackagesAsync(pushes, packages, cancel);
        var images = await new ImageBuild(session, terminal, request).RunAsync(new(session, container, files, packages, closure), cancel);
        progress.Report();
        failed = failed.And(await push.ImagesAsync(pushes, container, images, cancel));
        if (progress.Made == 0)
        {
            terminal.Line(progress.Binhosts.Pulled == 0 ? "Nothing was built: all packages are in the store." : "Nothing was built: all packages are in the store or came from binhosts.");
        }

        failed.ThrowIfAsked();
    }

    private async Task<List<Realised>> RealiseAsync(ImmutableArray<RequestedPackage> packages, CancellationToken cancel)
    {
        var realised = new List<Realised>();
        var failures = new List<Exception>();
        foreach (var requested in packages)
        {
            try
            {
                realised.Add(await PackageSteps.RealiseAsync(session, terminal, progress, requested, Need.Record, cancel));
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
