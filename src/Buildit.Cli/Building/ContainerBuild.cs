using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Cli.Commands;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Registries;
using Buildit.Cli.Sboms;
using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Store.Files;

namespace Buildit.Cli.Building;

/// <summary>Builds a container: its packages, their runtime closure, and the images.</summary>
internal sealed class ContainerBuild(Session session, Terminal terminal, Progress progress, BuildRequest request)
{
    public async Task RunAsync(Target.ContainerDirectory target, CancellationToken cancel)
    {
        var inputs = await ReadAsync(target, cancel);
        var pushes = request.Pushes(session.Workspace);
        RequireOutput();
        var (packages, composition) = await BuildPackagesAsync(inputs, cancel);
        WarnOfUnneeded(inputs.Container, composition.Closure);
        await CheckLicensesAsync(composition, cancel);
        var push = new Push(session, terminal, request.PushChoices, CompressionOf(inputs.Container));
        var failed = await push.PackagesAsync(pushes, packages, inputs.Graph.Excluded, cancel);
        var images = await new ImageBuild(session, terminal, request, progress.Warn).RunAsync(composition, cancel);
        progress.Report();
        failed = failed.And(await push.ImagesAsync(pushes, composition, images, cancel));
        if (request.Publish is { } destinations)
        {
            using var publishing = new ImagePublishing(session, terminal, destinations);
            await publishing.ContainerAsync(images, () => new SbomMaker(session).DocumentsAsync(composition, cancel), cancel);
        }

        if (progress.Made == 0)
        {
            terminal.Line(progress.Binhosts.Pulled == 0 ? "Nothing was built: all packages are in the store." : "Nothing was built: all packages are in the store or came from binhosts.");
        }

        failed.ThrowIfAsked();
    }

    private async Task CheckLicensesAsync(Composition composition, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        await LicenseCheck.RunAsync(session, composition, bag, cancel);
        terminal.Print([.. bag.Items]);
    }

    /// <summary>Builds the packages only: what an image would be composed from.</summary>
    public async Task<Composition> ComposeAsync(Target.ContainerDirectory target, CancellationToken cancel) => (await BuildPackagesAsync(await ReadAsync(target, cancel), cancel)).Composition;

    private async Task<ContainerInputs> ReadAsync(Target.ContainerDirectory target, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var inputs = ContainerInputs.ReadUnlocked(session, target, bag);
        inputs = inputs with { Graph = await new GraphPinning(session, request.Lookups, terminal).PinAsync(inputs.Graph, bag, cancel) };
        await new BaseImages(session, terminal).RequirePinsAsync(inputs.Container, cancel);
        terminal.Print([.. bag.Items]);
        return inputs;
    }

    private async Task<(ImmutableArray<Package> Packages, Composition Composition)> BuildPackagesAsync(ContainerInputs inputs, CancellationToken cancel)
    {
        terminal.Line($"Building {inputs.Graph.DisplayName}");
        var realised = await RealiseAsync(inputs.Graph, cancel);
        ImmutableArray<Package> packages = [.. realised.Select(r => r.Package)];
        // What the packages' outputs are is enough to know what the images will be, and whether they are there already.
        return (packages, Composition.Of(inputs, await session.Engine.RuntimeClosureAsync(packages, inputs.Graph.Excluded, Need.Record, cancel)));
    }

    /// <summary>What nothing needs need not be excluded: it may be a slip of the pen, or the need is gone.</summary>
    private void WarnOfUnneeded(Container container, IReadOnlyCollection<Realised> closure)
    {
        var needed = container.Excluded.Count == 0 ? [] : closure.SelectMany(c => RuntimeNeeds.Of(c.Package, c.Record)).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        terminal.Print([.. container.Excluded.Where(e => !needed.Contains(e.Key)).Select(e =>
            new Diagnostic($"no package of the container needs '{e.Key}', which it excludes", e.Value, Suggestion.Hint(e.Key, needed) ?? "leave it out", Severity.Warning))]);
    }

    /// <summary>Where no image could be written, nothing is built for it.</summary>
    private void RequireOutput()
    {
        if (FileInTheWay.Of(request.Output) is { } file)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"images cannot be written to '{request.Output}': {(file == request.Output ? "that" : $"'{file}'")} is a file", "-o names a directory, which is made if it is not there");
        }
    }

    // Outputs are pushed as the layers of the container's image, so that the blob is the layer.
    private static string CompressionOf(Container container) => container.Steps.OfType<Step.Image>().FirstOrDefault(s => s.Format == ImageFormat.Oci)?.Compression ?? "zstd";

    private async Task<List<Realised>> RealiseAsync(TargetGraph graph, CancellationToken cancel)
    {
        var realised = new List<Realised>();
        var failures = new List<BuilditException>();
        session.Engine.Foresee(graph.Packages.Select(p => p.Package), Need.Record, cancel);
        foreach (var requested in graph.Packages)
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

        if (failures.Count > 0)
        {
            progress.Summary.LeftOut($"images of {graph.DisplayName}", failures);
            Failures.Throw(failures);
        }

        return realised;
    }
}
