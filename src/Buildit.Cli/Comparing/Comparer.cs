using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Archives;
using Buildit.Core.Diagnostics;
using Buildit.Core.Differences;
using Buildit.Core.Explanations;
using Buildit.Core.Trees;
using Buildit.Images.Reading;
using Buildit.Store.Trees;

namespace Buildit.Cli.Comparing;

/// <summary>Compares two things of one kind: inputs first, then files.</summary>
/// <param name="explainer">Follows what differs to what people declared.</param>
internal sealed class Comparer(Explainer explainer)
{
    /// <summary>All differences; throws if the two cannot be compared.</summary>
    public Comparison Compare(Side old, Side @new) => (old, @new) switch
    {
        (Side.PackageSide a, Side.PackageSide b) => Packages(a, b),
        (Side.ImageSide a, Side.ImageSide b) => Images(a, b),
        (Side.ContainerSide a, Side.ContainerSide b) => Containers(a, b),
        (Side.ContainerSide a, Side.ImageSide b) => new(a, b) { Files = [Root(RootOf(a), b.Files)] },
        (Side.ImageSide a, Side.ContainerSide b) => new(a, b) { Files = [Root(a.Files, RootOf(b))] },
        _ => throw new BuilditException(
            ExitCode.InvalidInput, $"'{old.Written}' is {Kind(old)}, '{@new.Written}' is {Kind(@new)}", "compare two packages (targets, HASHes, records), or images and containers"),
    };

    private static string Kind(Side side) => side is Side.PackageSide ? "a package" : side is Side.ImageSide ? "an image" : "a container";

    private Comparison Packages(Side.PackageSide old, Side.PackageSide @new)
    {
        var notes = new[] { old, @new }.Where(s => s.Outputs is null).Select(s => $"'{s.Written}' is not in the store: files are not compared").ToImmutableArray();
        return new(old, @new)
        {
            Inputs = old.Key == @new.Key ? [] : explainer.Between(old.Subject, @new.Subject),
            Files = notes.IsEmpty ? [.. old.Outputs!.Keys.Union(@new.Outputs!.Keys).Order(StringComparer.Ordinal).Select(o => Output(o, old.Outputs.GetValueOrDefault(o), @new.Outputs!.GetValueOrDefault(o)))] : [],
            Notes = notes,
        };
    }

    private static FilesComparison Output(string name, OutputFiles? old, OutputFiles? @new) =>
        new(name, old?.DiffId, @new?.DiffId, old?.DiffId == @new?.DiffId ? [] : FileSet.Differences(FilesOf(old?.Tree), FilesOf(@new?.Tree)));

    private static FileSet FilesOf(StoredTree? tree) => tree is null ? FileSet.Empty : new(tree.Tree.Entries, e => Elf(tree, e));

    private static ElfFile? Elf(StoredTree tree, TreeEntry entry)
    {
        using var file = tree.Open(entry);
        return ElfReader.TryRead(file);
    }

    private static Comparison Images(Side.ImageSide old, Side.ImageSide @new)
    {
        var (a, b) = (old.Image, @new.Image);
        if (a.Digest == b.Digest)
        {
            return new(old, @new);
        }

        var documents = a.Documents.Join(b.Documents, d => d.Name, d => d.Name, (x, y) => (x.Name, Changes: JsonDiff.Between(x.Json, y.Json))).Where(d => d.Changes.Length > 0);
        return new(old, @new)
        {
            Documents = a.Format == b.Format ? [.. documents] : [],
            Layers = a.Format == b.Format ? Layers(a.Layers, b.Layers) : [],
            Files = [Root(old.Files, @new.Files)],
            Notes = a.Format == b.Format ? [] : [$"one is an {a.Format} image, the other an {b.Format} image: only their files are compared"],
        };
    }

    private static ImmutableArray<(ImageLayer? Old, ImageLayer? New)> Layers(ImmutableArray<ImageLayer> old, ImmutableArray<ImageLayer> @new) => old.SequenceEqual(@new)
        ? []
        : [.. Alignment.Of(old, @new).Select(p => (p.Old < 0 ? null : old[p.Old], p.New < 0 ? null : @new[p.New]))];

    private Comparison Containers(Side.ContainerSide old, Side.ContainerSide @new)
    {
        var inputs = ImmutableArray.CreateBuilder<Cause>();
        if (old.Container.Text.Text != @new.Container.Text.Text)
        {
            inputs.Add(new(@new.Container.DisplayName, "container", "", Became.Changed) { What = "container.yaml", Old = old.Container.Text.Text, New = @new.Container.Text.Text, IsText = true, Place = new(@new.Container.Text.Path, null) });
        }

        inputs.AddRange(old.Packages.Keys.Union(@new.Packages.Keys).Order(StringComparer.Ordinal).SelectMany(p => Package(p, old.Packages.GetValueOrDefault(p), @new.Packages.GetValueOrDefault(p), @new.Container.DisplayName)));
        return new(old, @new)
        {
            Inputs = [.. inputs.DistinctBy(c => (c.Package, c.Sentence, c.Place))],
            Files = [old.Files is { } a && @new.Files is { } b ? Root(a, b) : new("the container's own files", null, null, FileSet.Differences(old.Own, @new.Own))],
            Notes = [.. new[] { old, @new }.Where(c => c.Files is null).Select(c => $"'{c.Absent}' of '{c.Written}' is not in the store: files of packages are not compared")],
        };
    }

    private ImmutableArray<Cause> Package(string name, Subject? old, Subject? @new, string container) => (old, @new) switch
    {
        (null, _) => [new(container, "package", name, Became.Added) { What = $"package {name}" }],
        (_, null) => [new(container, "package", name, Became.Removed) { What = $"package {name}" }],
        _ => old.Preimage == @new.Preimage ? [] : explainer.Between(old, @new),
    };

    private static FileSet RootOf(Side.ContainerSide container) => container.Files ?? throw new BuilditException(
        ExitCode.Missing, $"'{container.Absent}' of '{container.Written}' is not in the store, so that an image cannot be compared with it", $"run 'buildit {container.Written}' first");

    private static FilesComparison Root(FileSet old, FileSet @new) => new("root", null, null, FileSet.Differences(old, @new));
}
