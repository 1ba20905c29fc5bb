using Buildit.Build.Engine;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Trees;
using Buildit.Images;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;
using Buildit.Store;

namespace Buildit.Cli.Building;

/// <summary>What an image is composed from.</summary>
/// <param name="Container">The container.</param>
/// <param name="Files">What its steps put over the packages.</param>
/// <param name="Closure">Its packages with all that they need at run time.</param>
internal sealed record Composition(Container Container, ContainerFiles Files, IReadOnlyCollection<Realised> Closure)
{
    // What reaches an image without being declared: layout of the files, order of layers, form of the documents. One more for each change.
    private const int FormatVersion = 1;

    /// <summary>The output of each package that goes into images.</summary>
    public const string Output = "runtime";

    /// <summary>The newest source date of its packages.</summary>
    public long SourceDate => DateOf(Closure);

    /// <summary>Composes the file system of its images; throws if the packages do not fit together.</summary>
    public ImageRoot Compose(ContentStore store) => Compose(store, Files, Closure);

    /// <summary>Composes a file system of packages, with files over them.</summary>
    public static ImageRoot Compose(ContentStore store, ContainerFiles files, IReadOnlyCollection<Realised> closure)
    {
        var bag = new DiagnosticBag();
        var root = ImageRoot.Compose(closure.SelectMany(c => c.Parts(store, Output)).Select(p => new ImagePart(p.Package, p.Output, p.Tree)), files, DateOf(closure), bag);
        bag.ThrowIfErrors(ExitCode.Failed);
        return root!;
    }

    /// <summary>Digest of everything that decides about the bytes of the image of one step.</summary>
    public Digest KeyOf(Step.Image step, string? compressor)
    {
        var w = new CanonicalWriter("image", FormatVersion);
        w.Put("container", Container.Text.Text).Put("format", step.Format.ToString()).Put("date", SourceDate).Put("compressor", compressor ?? "");
        w.Put("part", Closure.Where(c => c.Record.Outputs.ContainsKey(Output)).Select(c => $"{c.Package.Name} {Output} {c.Record.Outputs[Output].Hex}").ToArray());
        w.Put("files", Tree.Create(Files.Entries.Select(e => e.Entry), SourceDate).Print());
        w.Put("declared", Files.Entries.Where(e => e.IsDeclared).Select(e => e.Entry.Path).ToArray());
        return w.Digest;
    }

    /// <summary>Where the image of a step is written.</summary>
    public static string PathOf(Container c, Step.Image step, string output)
    {
        var suffix = step switch { { Format: ImageFormat.Aci } => ".aci", { Archive: true } => ".oci.tar", _ => ".oci" };
        return Path.Combine(output, $"{c.Name}-{c.Version}-{c.Platform.Os}-{c.Platform.Arch}{suffix}");
    }

    private static long DateOf(IEnumerable<Realised> closure) => closure.Select(c => c.Record.SourceDate).DefaultIfEmpty(0).Max();
}
