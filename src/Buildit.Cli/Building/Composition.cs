using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Core.Trees;
using Buildit.Images;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;
using Buildit.Store;

namespace Buildit.Cli.Building;

/// <summary>What an image is composed from. Its packages are known by their records; their files are fetched when an image must really be composed.</summary>
/// <param name="Container">The container.</param>
/// <param name="Files">What its steps put over the packages.</param>
/// <param name="Closure">Its packages with all that they need at run time.</param>
internal sealed record Composition(Container Container, ContainerFiles Files, ImmutableArray<Realised> Closure)
{
    /// <summary>The output of each package that goes into images.</summary>
    public const string Output = "runtime";

    /// <summary>The newest source date of its packages, in seconds since 1970: the time of everything in the image.</summary>
    public long SourceDate => Closure.Select(c => c.Record.SourceDate).DefaultIfEmpty(0).Max();

    /// <summary>The outputs in the image, in order.</summary>
    public IEnumerable<(string Package, Digest DiffId)> Parts => Closure.Where(c => c.Record.Outputs.ContainsKey(Output)).Select(c => (c.Package.Name, c.Record.Outputs[Output]));

    /// <summary>Fetches what is missing and puts the file system together, with a look whether all libraries are in it; throws if the packages do not fit together.</summary>
    public async Task<ImageRoot> ComposeAsync(Session session, CancellationToken cancel)
    {
        var realised = await session.Engine.RuntimeClosureAsync(Closure.Select(c => c.Package), Need.Run, cancel);
        return await Task.Run(() => Compose(session.Store, realised), cancel);
    }

    /// <summary>The same for packages whose files are all there.</summary>
    public ImageRoot Compose(ContentStore store) => Compose(store, Closure);

    /// <summary>Everything that decides about the bytes of the image of one step.</summary>
    public CanonicalWriter KeyOf(Step.Image step, string? compressor)
    {
        var w = new CanonicalWriter("image", FormatVersions.Image);
        w.Put("container", Container.Text.Text).Put("format", step.Format.ToString()).Put("date", SourceDate).Put("compressor", compressor ?? "");
        w.Put("part", Parts.Select(p => $"{p.Package} {Output} {p.DiffId.Hex}").ToArray());
        w.Put("files", Tree.Create(Files.Entries.Select(e => e.Entry), SourceDate).Print());
        return w.Put("declared", Files.Entries.Where(e => e.IsDeclared).Select(e => e.Entry.Path).ToArray());
    }

    /// <summary>Where the image of a step lies in a directory.</summary>
    public string PathOf(Step.Image step, string directory)
    {
        return Path.Combine(directory, $"{Container.Name}-{Container.Version}-{Container.Platform.Os}-{Container.Platform.Arch}{ImageFormats.EndingOf(step)}");
    }

    private ImageRoot Compose(ContentStore store, IEnumerable<Realised> closure)
    {
        ImmutableArray<ImagePart> parts = [.. closure.SelectMany(c => c.Parts(store, Output)).Select(p => new ImagePart(p.Package, p.Output, p.Tree))];
        var bag = new DiagnosticBag();
        var root = ImageRoot.Compose(parts, Files, SourceDate, bag);
        bag.ThrowIfErrors(ExitCode.Failed);
        LibraryCheck.Run(root!, bag);
        bag.ThrowIfErrors(ExitCode.Failed);
        return root!;
    }
}
