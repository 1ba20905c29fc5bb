using System.Collections.Immutable;
using Buildit.Cli.Targets;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.ContainerLayers;

namespace Buildit.Cli.Building;

/// <summary>A container as its files declare it: the graph of its packages, and what its steps put over them.</summary>
internal sealed record ContainerInputs(TargetGraph Graph, ContainerFiles Files, ImmutableArray<Diagnostic> Warnings)
{
    /// <summary>The container.</summary>
    public Container Container => Graph.Container!;

    /// <summary>Reads everything; all that can be wrong in the files is told now, before anything is fetched or built.</summary>
    public static ContainerInputs Read(Session session, Target.ContainerDirectory target)
    {
        var bag = new DiagnosticBag();
        var graph = TargetGraph.Read(session, target, bag);
        var container = graph.Container!;
        var files = ContainerLayerBuilder.Build(container, (text, span) => Template.Fill(new SourceText(span.Source.Path, text), container.Vars, bag), bag);
        ImageChecks.Run(container, bag);
        bag.ThrowIfErrors();
        return new(graph, files, [.. bag.Items]);
    }
}
