using System.Collections.Immutable;
using Buildit.Build.Planning;
using Buildit.Build.Tools;
using Buildit.Cli.Building;
using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Graphs;
using Buildit.Core.Planning;
using Buildit.Core.Records;
using Buildit.Images.ContainerLayers;

namespace Buildit.Cli.Planning;

/// <summary>What to plan, as the command line says it.</summary>
/// <param name="Output">Absolute directory of images.</param>
/// <param name="Formats">The images that are wanted.</param>
/// <param name="Rebuild">Whether packages are built though they are there.</param>
/// <param name="Ask">Whether binhosts are asked what they have.</param>
internal sealed record PlanOptions(string Output, IReadOnlyList<ImageFormat> Formats, bool Rebuild, bool Ask = false);

/// <summary>Plans targets by looking at their files and at the store.</summary>
/// <param name="session">Has the store.</param>
/// <param name="options">What to plan.</param>
/// <param name="shared">What may be taken from elsewhere besides; null = nothing.</param>
internal sealed class TargetPlanner(Session session, PlanOptions options, SharedPlaces? shared = null)
{
    /// <summary>Plans a target; nothing is changed anywhere.</summary>
    public TargetPlan Make(Target target)
    {
        if (target is not Target.ContainerDirectory directory)
        {
            var graph = TargetGraph.Read(session, target);
            return new(graph, PlanOf(graph, Need.Run, []), [], ContainerFiles.Empty);
        }

        // To know what the outputs of the packages are is enough to know whether the images are there.
        var inputs = ContainerInputs.Read(session, directory);
        var plan = PlanOf(inputs.Graph, Need.Record, []);
        var images = ImagesOf(inputs, plan);
        return new(inputs.Graph, images.All(i => i.IsThere || i.IsShared) ? plan : PlanOf(inputs.Graph, Need.Run, ToolsFor(inputs.Container, images)), images, inputs.Files);
    }

    private Plan PlanOf(TargetGraph graph, Need need, ImmutableArray<string> tools)
    {
        var request = new PlanRequest
        {
            Packages = [.. graph.Packages.Select(p => p.Package)],
            Need = need,
            Excluded = graph.Excluded,
            WithRuntime = graph.Container is not null || graph.Packages.Any(p => p.Package is Package.Group),
            BuildTools = session.Workspace.Distribution?.Lock.Packages.ContainsKey(Toolbox.Sandbox) == true ? [session.Toolbox.Node(Toolbox.Sandbox)] : [],
            Tools = [.. tools.Select(session.Toolbox.Node)],
            Rebuild = options.Rebuild,
        };
        var all = request.Graph;
        var store = new StoreAvailability(session.Store, session.Records, all);
        shared?.Foresee(all.Packages);
        return Planner.Make(request, all, shared is null ? store : shared.Over(store));
    }

    /// <summary>An image is known to be there only if the outputs of all packages are known: what is built may give anything.</summary>
    private ImmutableArray<PlannedImage> ImagesOf(ContainerInputs inputs, Plan plan)
    {
        var records = plan.Records;
        var closure = plan.IsKnown ? RuntimeClosure.Of(inputs.Graph.Packages.Select(p => p.Package), inputs.Graph.Excluded, p => records.GetValueOrDefault(p.Key)) : null;
        var composition = Composition.Of(inputs, closure?.Packages ?? []);
        return
        [
            .. inputs.Container.Steps.OfType<Step.Image>().Where(s => options.Formats.Contains(s.Format)).Select(step =>
            {
                var path = composition.PathOf(step, options.Output);
                var key = closure is { Missing.IsEmpty: true } ? composition.KeyOf(step, session.Compressor(step.Compression)?.Identity) : null;
                var isThere = key is not null && WrittenImage.Parse(session.Store.Index.FindImage(key.Digest))?.IsAt(path) == true;
                return new PlannedImage(step, path, isThere, key?.Preimage, !isThere && !options.Rebuild && key is not null && shared?.HasImage(key.Digest) == true);
            }),
        ];
    }

    /// <summary>The tools that are run in the sandbox to test and to write images.</summary>
    private static ImmutableArray<string> ToolsFor(Container container, ImmutableArray<PlannedImage> images)
    {
        var compressors = images.Where(i => i is { IsThere: false, IsShared: false }).Select(i => Session.CompressorPackage(i.Step.Compression)).OfType<string>().Distinct().ToArray();
        return compressors.Length > 0 || container.Steps.Any(s => s is Step.Test or Step.TestFile) ? [Toolbox.Sandbox, .. compressors] : [];
    }
}
