using System.Collections.Immutable;
using Buildit.Build.Planning;
using Buildit.Build.Tools;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Targets;
using Buildit.Core.Containers;
using Buildit.Core.Graphs;
using Buildit.Core.Planning;

namespace Buildit.Cli.Planning;

/// <summary>What to plan, as the command line says it.</summary>
/// <param name="Output">Absolute directory of images.</param>
/// <param name="Formats">The images that are wanted.</param>
/// <param name="Rebuild">Whether packages are built though they are there.</param>
internal sealed record PlanOptions(string Output, IReadOnlyList<ImageFormat> Formats, bool Rebuild);

/// <summary>Plans targets by looking at their files and at the store.</summary>
internal sealed class TargetPlanner(Session session, Terminal terminal, PlanOptions options)
{
    /// <summary>Plans a target; nothing is changed anywhere.</summary>
    public TargetPlan Make(Target target)
    {
        if (target is not Target.ContainerDirectory directory)
        {
            var graph = TargetGraph.Read(session, target);
            return new(graph, PlanOf(graph, []), []);
        }

        var input = ContainerInput.Read(session, terminal, directory);
        var plan = PlanOf(input.Graph, []);
        var images = ImagesOf(input, plan);
        var tools = ToolsFor(input.Graph.Container!, images);
        return new(input.Graph, tools.IsEmpty ? plan : PlanOf(input.Graph, tools), images);
    }

    private Plan PlanOf(TargetGraph graph, ImmutableArray<string> tools)
    {
        var request = new PlanRequest
        {
            Packages = [.. graph.Packages.Select(p => p.Package)],
            WithRuntime = graph.Container is not null,
            BuildTools = session.Workspace.Distribution?.Lock.Packages.ContainsKey(Toolbox.Sandbox) == true ? [session.Toolbox.Node(Toolbox.Sandbox)] : [],
            Tools = [.. tools.Select(session.Toolbox.Node)],
            Rebuild = options.Rebuild,
        };
        var all = request.Graph;
        return Planner.Make(request, all, new StoreAvailability(session.Store, session.Records, all));
    }

    /// <summary>An image is known to be there only if the outputs of all packages are known: what is built may give anything.</summary>
    private ImmutableArray<PlannedImage> ImagesOf(ContainerInput input, Plan plan)
    {
        var records = plan.Records;
        var closure = plan.IsKnown ? RuntimeClosure.Of(input.Graph.Packages.Select(p => p.Package), p => records.GetValueOrDefault(p.Key)) : null;
        var composition = closure is { Missing.IsEmpty: true } ? input.Compose(session, closure.Packages) : null;
        return
        [
            .. input.Graph.Container!.Steps.OfType<Step.Image>().Where(s => options.Formats.Contains(s.Format)).Select(step =>
            {
                var path = ImageWriter.PathOf(options.Output, input.Graph.Container!, step);
                var written = composition is null ? null : WrittenImage.Parse(session.Store.Index.FindImage(composition.KeyOf(step, session.Compressor(step.Compression))));
                return new PlannedImage(step, path, written?.IsAt(path) == true);
            }),
        ];
    }

    /// <summary>The tools that are run in the sandbox to test and to write images.</summary>
    private static ImmutableArray<string> ToolsFor(Container container, ImmutableArray<PlannedImage> images)
    {
        var written = images.Where(i => !i.IsThere).ToArray();
        var compressors = written.Select(i => Session.CompressorPackage(i.Step.Compression)).OfType<string>().Distinct().ToArray();
        var isRun = compressors.Length > 0 || (written.Length > 0 && container.Steps.OfType<Step.Test>().Any());
        return isRun ? [Toolbox.Sandbox, .. compressors] : [];
    }
}
