using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Cli.Commands;
using Buildit.Cli.Consoles;
using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Images;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;

namespace Buildit.Cli.Building;

/// <summary>Builds a container: its packages, their runtime closure, and the images.</summary>
internal sealed class ContainerBuild(Session session, Terminal terminal, Progress progress, BuildRequest request)
{
    public async Task RunAsync(Target.ContainerDirectory target, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var graph = TargetGraph.Read(session, target, bag);
        var container = graph.Container!;
        // All that can be wrong in the files is told now, before anything is fetched or built.
        var files = ContainerLayerBuilder.Build(container, (text, span) => Template.Fill(new SourceText(span.Source.Path, text), container.Vars, bag), bag);
        ImageChecks.Run(container, bag);
        bag.ThrowIfErrors();
        terminal.Print([.. bag.Items]);

        terminal.Line($"Building {graph.DisplayName}");
        var realised = await RealiseAsync(graph.Packages, cancel);
        var closure = await session.Engine.RuntimeClosureAsync(realised.Select(r => r.Package), cancel);
        var composition = new Composition(container, files, [.. closure.SelectMany(c => c.Parts(session.Store, "runtime")).Select(p => new ImagePart(p.Package, p.Output, p.Tree))]);
        await new ImageBuild(session, terminal, request).RunAsync(composition, closure.Select(c => c.Record.SourceDate).DefaultIfEmpty(0).Max(), cancel);
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

/// <summary>What an image is composed from.</summary>
internal sealed record Composition(Container Container, ContainerFiles Files, ImmutableArray<ImagePart> Parts);
