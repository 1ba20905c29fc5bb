using System.Collections.Immutable;
using Buildit.Build.Planning;
using Buildit.Cli.Building;
using Buildit.Cli.Sboms;
using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;

namespace Buildit.Cli.Graphs;

/// <summary>What a target consists of at run time, as the store has it.</summary>
/// <param name="Target">The target.</param>
/// <param name="Files">What the container's steps put over the packages; none for a package.</param>
/// <param name="Closure">Its packages.</param>
/// <param name="Root">All files.</param>
/// <param name="Links">What the files need and offer.</param>
/// <param name="Graph">Why each package is there.</param>
internal sealed record RuntimeView(TargetGraph Target, ContainerFiles Files, RuntimeClosure Closure, ImageRoot Root, RuntimeLinks Links, RuntimeGraph Graph)
{
    private const int ShownMissing = 5;

    /// <summary>Reads a target as it is declared now; throws if that was not built.</summary>
    public static RuntimeView Read(Session session, Target target)
    {
        var (graph, files, _) = target is Target.ContainerDirectory directory ? ContainerInputs.Read(session, directory) : new(TargetGraph.Read(session, target), ContainerFiles.Empty, []);
        var packages = graph.Packages.Select(p => p.Package).ToArray();
        var there = new StoreAvailability(session.Store, session.Records, PackageGraph.Of(packages));
        var closure = RuntimeClosure.Of(packages, graph.Excluded, p => there.Find(p, Need.Run));
        if (!closure.Missing.IsEmpty)
        {
            throw NotBuilt(graph, closure.Missing);
        }

        var bag = new DiagnosticBag();
        var root = ImageRoot.Compose(ImageParts.Of(session.Store, closure.Packages), files, closure.Packages.Select(p => p.Record.SourceDate).DefaultIfEmpty(0).Max(), bag);
        bag.ThrowIfErrors(ExitCode.Failed);
        if (graph.Container?.Steps.OfType<Step.Image>().FirstOrDefault(s => s.Sbom == SbomPlace.Files) is { } marked)
        {
            var composition = new Composition(graph.Container, files, closure.Packages);
            files = new ScannerFiles(session.Workspace.Distribution?.Distribution).Over(composition, root!, marked);
            root = (composition with { Files = files }).Join(session.Store, bag);
        }

        var links = RuntimeLinks.Find(root!);
        return new(graph, files, closure, root!, links, RuntimeGraph.Of(closure, graph.Packages.Select(p => p.Asked), links.Links));
    }

    private static BuilditException NotBuilt(TargetGraph graph, ImmutableArray<Package> missing)
    {
        var names = string.Join(", ", missing.Take(ShownMissing).Select(p => $"'{p.DisplayName}'")) + (missing.Length > ShownMissing ? FormattableString.Invariant($" and {missing.Length - ShownMissing} more") : "");
        return new(
            ExitCode.Missing,
            $"'{graph.DisplayName}' was not built as it is declared now: the store has no {names}",
            $"build it first: 'buildit {graph.Target.Written}'");
    }
}
