using Buildit.Cli.Consoles;
using Buildit.Cli.Targets;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Images.ContainerLayers;

namespace Buildit.Cli.Building;

/// <summary>All that people wrote of a container, read and checked: whatever can be wrong in it is told before anything is fetched or built.</summary>
internal sealed record ContainerInput(TargetGraph Graph, ContainerFiles Files)
{
    /// <summary>Reads it; mistakes go to the bag. What no lock has is missing in the graph, and taken care of by the caller.</summary>
    public static ContainerInput ReadUnlocked(Session session, Target.ContainerDirectory target, DiagnosticBag bag)
    {
        var graph = TargetGraph.ReadUnlocked(session, target, bag);
        var container = graph.Container!;
        var files = ContainerLayerBuilder.Build(container, (text, span) => Template.Fill(new SourceText(span.Source.Path, text), container.Vars, bag), bag);
        ImageChecks.Run(container, bag);
        return new(graph, files);
    }

    /// <summary>Reads it, and throws if there is any mistake, or if anything is in no lock.</summary>
    public static ContainerInput Read(Session session, Terminal terminal, Target.ContainerDirectory target)
    {
        var bag = new DiagnosticBag();
        var input = ReadUnlocked(session, target, bag);
        input.Graph.ReportMissing(bag, "run 'buildit lock' with this target, or build it");
        bag.ThrowIfErrors();
        terminal.Print([.. bag.Items]);
        return input;
    }

    /// <summary>What its images are composed from: these packages with all that they need at run time, and its own files.</summary>
    public async Task<Composition> ComposeAsync(Session session, IEnumerable<Package> packages, CancellationToken cancel) =>
        Compose(session, await session.Engine.RuntimeClosureAsync(packages, cancel));

    /// <summary>What its images are composed from, if these are its packages with all that they need at run time.</summary>
    public Composition Compose(Session session, IReadOnlyCollection<Realised> closure) =>
        new(Graph.Container!, Files, ImageParts.Of(session.Store, closure)) { SourceDate = ImageParts.DateOf(closure) };
}
