using System.Collections.Immutable;
using Buildit.Cli.Targets;
using Buildit.Cli.Testing;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.ContainerLayers;

namespace Buildit.Cli.Building;

/// <summary>A container as its files declare it: the graph of its packages, and what its steps put over them.</summary>
internal sealed record ContainerInputs(TargetGraph Graph, ContainerFiles Files, ImmutableArray<Diagnostic> Warnings)
{
    /// <summary>The container.</summary>
    public Container Container => Graph.Container!;

    /// <summary>Tests that its images must pass.</summary>
    public TestSuite Tests { get; init; } = TestSuite.Empty;

    /// <summary>Reads everything; throws if there is any mistake, or something that no lock has.</summary>
    public static ContainerInputs Read(Session session, Target.ContainerDirectory target)
    {
        var bag = new DiagnosticBag();
        var inputs = ReadUnlocked(session, target, bag);
        inputs.Graph.ReportMissing(bag, TargetGraph.LockHint);
        bag.ThrowIfErrors();
        return inputs with { Warnings = [.. bag.Items] };
    }

    /// <summary>Reads everything, for somebody who takes care of what no lock has; all that can be wrong in the files goes to the bag now, before anything is fetched or built.</summary>
    public static ContainerInputs ReadUnlocked(Session session, Target.ContainerDirectory target, DiagnosticBag bag)
    {
        var graph = TargetGraph.ReadUnlocked(session, target, bag);
        var container = graph.Container!;
        var files = ContainerLayerBuilder.Build(container, (text, span) => Template.Fill(new SourceText(span.Source.Path, text), container.Vars, bag), bag);
        ImageChecks.Run(container, bag);
        foreach (var asked in graph.Packages.Where(p => container.Excluded.ContainsKey(p.Package.Name)))
        {
            bag.Error(container.Excluded[asked.Package.Name], $"the container excludes '{asked.Package.Name}' and asks for it at {asked.Span}", "keep one of the two");
        }

        return new(graph, files, []) { Tests = TestSuite.Of(container, session.Workspace.Display, bag) };
    }
}
