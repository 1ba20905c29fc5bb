using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;
using Buildit.Core.Trees;
using Buildit.Images;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;
using Buildit.Store.Compression;

namespace Buildit.Cli.Building;

/// <summary>What an image is composed from.</summary>
internal sealed record Composition(Container Container, ContainerFiles Files, ImmutableArray<ImagePart> Parts)
{
    /// <summary>Time of everything in the image, in seconds since 1970.</summary>
    public required long SourceDate { get; init; }

    /// <summary>Puts the file system together, and looks whether all libraries are in it.</summary>
    public ImageRoot Compose()
    {
        var bag = new DiagnosticBag();
        var root = ImageRoot.Compose(Parts, Files, SourceDate, bag);
        bag.ThrowIfErrors(ExitCode.Failed);
        LibraryCheck.Run(root!, bag);
        bag.ThrowIfErrors(ExitCode.Failed);
        return root!;
    }

    /// <summary>Everything that decides about an image's bytes.</summary>
    public CanonicalWriter KeyOf(Step.Image step, ICompressor? compressor)
    {
        var w = new CanonicalWriter("image", FormatVersions.Image);
        w.Put("container", Container.Text.Text).Put("format", step.Format.ToString()).Put("date", SourceDate).Put("compressor", compressor?.Identity ?? "");
        w.Put("part", Parts.Select(p => p.Package + " " + p.Output + " " + p.Tree.DiffId.Hex).ToArray());
        w.Put("files", Tree.Create(Files.Entries.Select(e => e.Entry), SourceDate).Print());
        return w.Put("declared", Files.Entries.Where(e => e.IsDeclared).Select(e => e.Entry.Path).ToArray());
    }
}
