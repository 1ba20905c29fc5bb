using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Images;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;

namespace Buildit.Cli.Building;

/// <summary>What an image is composed from. Its packages are known by their records; their files are fetched when an image must really be composed.</summary>
internal sealed class Composition(Session session, Container container, ContainerFiles files, ImmutableArray<Package> packages, ImmutableArray<Realised> closure)
{
    private Task<ImageRoot>? _root;

    public Container Container => container;

    public ContainerFiles Files => files;

    /// <summary>The newest source date of the packages, in seconds since 1970: the time of everything in the image.</summary>
    public long SourceDate { get; } = closure.Select(c => c.Record.SourceDate).DefaultIfEmpty(0).Max();

    /// <summary>The outputs in the image: <c>package</c> and diffID, in order.</summary>
    public ImmutableArray<(string Package, string Output, Digest DiffId)> Parts { get; } = [.. closure.Where(c => c.Record.Outputs.ContainsKey("runtime")).Select(c => (c.Package.Name, "runtime", c.Record.Outputs["runtime"]))];

    /// <summary>The whole file system of the image, checked; composed once, when it is first wanted.</summary>
    public Task<ImageRoot> RootAsync(CancellationToken cancel) => _root ??= ComposeAsync(cancel);

    private async Task<ImageRoot> ComposeAsync(CancellationToken cancel)
    {
        var realised = await session.Engine.RuntimeClosureAsync(packages, Need.Run, cancel);
        ImmutableArray<ImagePart> parts = [.. realised.SelectMany(c => c.Parts(session.Store, "runtime")).Select(p => new ImagePart(p.Package, p.Output, p.Tree))];
        return await Task.Run(() => Compose(parts), cancel);
    }

    private ImageRoot Compose(ImmutableArray<ImagePart> parts)
    {
        var bag = new DiagnosticBag();
        var root = ImageRoot.Compose(parts, files, SourceDate, bag);
        bag.ThrowIfErrors(ExitCode.Failed);
        LibraryCheck.Run(root!, bag);
        bag.ThrowIfErrors(ExitCode.Failed);
        return root!;
    }
}
