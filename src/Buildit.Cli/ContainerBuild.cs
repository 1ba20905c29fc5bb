using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Cli.Commands;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Images;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;

namespace Buildit.Cli;

/// <summary>Builds a container: its packages, their runtime closure, and the images.</summary>
internal sealed class ContainerBuild(Session session, Terminal terminal, Progress progress, BuildRequest request)
{
    public async Task RunAsync(string directory, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var container = Read(directory, bag);
        var packages = Packages(container, bag);
        // All that can be wrong in the files is told now, before anything is fetched or built.
        var files = ContainerLayerBuilder.Build(container, (text, span) => Template.Fill(new SourceText(span.Source.Path, text), container.Vars, bag), bag);
        ImageChecks.Run(container, bag);
        bag.ThrowIfErrors();
        terminal.Print([.. bag.Items]);

        terminal.Line($"Building {container.DisplayName}");
        var realised = await RealiseAsync(packages, cancel);
        var closure = await session.Engine.RuntimeClosureAsync(realised.Select(r => r.Package), cancel);
        var composition = new Composition(container, files, [.. closure.SelectMany(c => c.Parts(session.Store, "runtime")).Select(p => new ImagePart(p.Package, p.Output, p.Tree))]);
        await new ImageBuild(session, terminal, request).RunAsync(composition, closure.Select(c => c.Record.SourceDate).DefaultIfEmpty(0).Max(), cancel);
        if (progress.Made == 0)
        {
            terminal.Line("Nothing was built: all packages are in the store.");
        }
    }

    private async Task<List<Realised>> RealiseAsync(ImmutableArray<(Package Package, string From)> packages, CancellationToken cancel)
    {
        var realised = new List<Realised>();
        var failures = new List<Exception>();
        foreach (var (package, from) in packages)
        {
            try
            {
                realised.Add(await PackageSteps.RealiseAsync(session, terminal, progress, package, from, cancel));
            }
            catch (BuilditException e) when (request.Engine.KeepGoing)
            {
                failures.Add(e);
            }
        }

        Failures.Throw(failures);
        return realised;
    }

    private Container Read(string directory, DiagnosticBag bag)
    {
        var path = Path.Combine(directory, "container.yaml");
        var container = ContainerParser.Parse(new(session.Workspace.Display(path), File.ReadAllText(path)), directory, bag);
        bag.ThrowIfErrors();
        return container!.Platform == Platform.LinuxAmd64 ? container : throw new BuilditException(
            ExitCode.Unresolvable, $"images for {container.Platform} cannot be built by this version", $"it builds for {Platform.LinuxAmd64}", new SourceSpan(container.Text, 1, 1));
    }

    private ImmutableArray<(Package Package, string From)> Packages(Container container, DiagnosticBag bag)
    {
        var graph = new GraphBuilder(session.Files, session.Workspace.Distribution?.Packages, container.Platform, bag);
        var packages = container.Steps.Select(step => step switch
        {
            Step.EmbeddedPackage e => (Package: graph.FromDirectory(Path.GetFullPath(Path.Combine(container.Directory, e.Path.Value)), e.Path.Span), From: $"package from '{e.Path.Value}'"),
            Step.NamedPackage n => (Package: graph.Named(n.Name), From: $"package '{n.Name.Value}'"),
            _ => (Package: null, From: ""),
        }).ToArray();
        return [.. packages.Where(p => p.Package is not null).Select(p => (p.Package!, p.From))];
    }
}

/// <summary>What an image is composed from.</summary>
internal sealed record Composition(Container Container, ContainerFiles Files, ImmutableArray<ImagePart> Parts);
