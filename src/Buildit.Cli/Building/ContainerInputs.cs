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

    /// <summary>Reads everything; all that can be wrong in the files, and what no lock has, is told now.</summary>
    public static ContainerInputs Read(Session session, Target.ContainerDirectory target) => Read(session, target, TargetGraph.Read);

    /// <summary>The same for somebody who takes care of what no lock has before anything of the graph is used.</summary>
    public static ContainerInputs ReadUnlocked(Session session, Target.ContainerDirectory target) => Read(session, target, TargetGraph.ReadUnlocked);

    private static ContainerInputs Read(Session session, Target.ContainerDirectory target, Func<Session, Target, DiagnosticBag, TargetGraph> read)
    {
        var bag = new DiagnosticBag();
        var graph = read(session, target, bag);
        var container = graph.Container!;
        var files = ContainerLayerBuilder.Build(container, (text, span) => Template.Fill(new SourceText(span.Source.Path, text), container.Vars, bag), bag);
        ImageChecks.Run(container, bag);
        bag.ThrowIfErrors();
        return new(graph, files, [.. bag.Items]);
    }
}
