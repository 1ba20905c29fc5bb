using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Build.Outputs;
using Buildit.Cli.Registries;
using Buildit.Cli.Sboms;
using Buildit.Cli.Testing;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Core.Trees;
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

    /// <summary>What a container is composed from, with this closure of its packages.</summary>
    public static Composition Of(ContainerInputs inputs, ImmutableArray<Realised> closure) => new(inputs.Container, inputs.Files, closure) { Tests = inputs.Tests };

    /// <summary>Tests that its images must pass before they are written.</summary>
    public TestSuite Tests { get; init; } = TestSuite.Empty;

    /// <summary>The image step that says how it is run: OCI's before a docker archive's, that before an ACI's; a root alone says nothing.</summary>
    public Step.Image MainImage => Container.Steps.OfType<Step.Image>().MinBy(s => s.Format switch { ImageFormat.Oci => 0, ImageFormat.DockerArchive => 1, ImageFormat.Aci => 2, _ => 3 })!;

    /// <summary>Directories that are writable for tests, and empty, as they are for an instance.</summary>
    public IEnumerable<string> Writable => Container.Steps.OfType<Step.Directory>().Select(d => d.Path);

    /// <summary>The newest source date of its packages, in seconds since 1970: the time of everything in the image.</summary>
    public long SourceDate => Closure.Select(c => c.Record.SourceDate).DefaultIfEmpty(0).Max();

    /// <summary>What an image stands on: files of the packages lie over it. Null if it stands on nothing.</summary>
    public BaseImage? Below { get; init; }

    /// <summary>The outputs in the image, in order.</summary>
    public IEnumerable<(string Package, Digest DiffId)> Parts => Closure.Where(c => c.Record.Outputs.ContainsKey(Output)).Select(c => (c.Package.Name, c.Record.Outputs[Output]));

    /// <summary>
    /// Fetches what is missing and puts the file system together, with a look whether all libraries and all programs that the container declares are in it.
    /// Throws if the packages do not fit together, or if something is missing; warnings go to the bag.
    /// </summary>
    public async Task<ImageRoot> ComposeAsync(Session session, DiagnosticBag bag, CancellationToken cancel) => await (await OnAsync(session, MainImage, cancel)).ComposedAsync(session, bag, cancel);

    /// <summary>The same for one image of the container, with the files for scanners if it wants them.</summary>
    public async Task<ImageRoot> ComposeAsync(Session session, Step.Image step, DiagnosticBag bag, CancellationToken cancel)
    {
        var composition = await OnAsync(session, step, cancel);
        var root = await composition.ComposedAsync(session, bag, cancel);
        return step.Sbom == SbomPlace.Files ? await Task.Run(() => (composition with { Files = new ScannerFiles(session.Workspace.Distribution?.Distribution).Over(this, root, step) }).Join(session.Store, bag), cancel) : root;
    }

    /// <summary>The same for packages whose files are all there.</summary>
    public ImageRoot Compose(Session session, DiagnosticBag bag)
    {
        var root = Join(session.Store, bag);
        var providers = new Providers(session.Store, session.Workspace, Container);
        LibraryCheck.Run(root, providers.Advise, bag);
        CommandCheck.Run(root, Container, providers.Advise, bag);
        foreach (var (package, record) in Closure)
        {
            if (package is Package.Built built && record.Outputs.TryGetValue(Output, out var output))
            {
                foreach (var warning in StrayReferences.Warnings(session.Store.Index, built, output, path => root.Resolve(path) is not null))
                {
                    bag.Add(warning);
                }
            }
        }

        bag.ThrowIfErrors(ExitCode.Failed);
        return root;
    }

    /// <summary>The file system alone, of packages whose files are all there; throws if they do not fit together.</summary>
    public ImageRoot Join(ContentStore store, DiagnosticBag bag)
    {
        var root = ImageRoot.Compose(ImageParts.Of(store, Closure), Files, SourceDate, bag, Below);
        bag.ThrowIfErrors(ExitCode.Failed);
        return root!;
    }

    /// <summary>Everything that decides about the bytes of the image of one step.</summary>
    public CanonicalWriter KeyOf(Step.Image step, string? compressor)
    {
        var w = new CanonicalWriter("image", FormatVersions.Image);
        w.Put("container", Container.Text.Text).Put("format", step.Format.ToString()).Put("date", SourceDate).Put("compressor", compressor ?? "");
        w.Put("part", Parts.Select(p => $"{p.Package} {Output} {p.DiffId.Hex}").ToArray());
        if (step.Sbom == SbomPlace.Files)
        {
            // What the files for scanners are made of, besides the parts.
            w.Put("sbom", [.. Closure.Select(c => ScannerFiles.Identity(c.Package))]);
        }

        w.Put("files", Tree.Create(Files.Entries.Select(e => e.Entry), SourceDate).Print());
        if (step.Base is { } below)
        {
            w.Put("base", below.Digest?.ToString() ?? "");
        }

        w.Put("declared", Files.Entries.Where(e => e.IsDeclared).Select(e => e.Entry.Path).ToArray());
        // What steps test is in the container's text; images of containers without files of tests keep their keys.
        return Tests.Files.IsEmpty ? w : w.Put("tests", Tests.Digests.ToArray());
    }

    /// <summary>Where the image of a step lies in a directory.</summary>
    public string PathOf(Step.Image step, string directory)
    {
        return Path.Combine(directory, $"{Container.Name}-{Container.Version}-{Container.Platform.Os}-{Container.Platform.Arch}{ImageFormats.EndingOf(step)}");
    }

    /// <summary>The composition on what an image of it stands on, which must be in the store.</summary>
    private async Task<Composition> OnAsync(Session session, Step.Image step, CancellationToken cancel) => this with { Below = await new StoredImages(session.Store).RequireAsync(Container, step, cancel) };

    private async Task<ImageRoot> ComposedAsync(Session session, DiagnosticBag bag, CancellationToken cancel)
    {
        var realised = await session.Engine.RealiseAllAsync(Closure.Select(c => c.Package), Need.Run, cancel);
        return await Task.Run(() => (this with { Closure = realised }).Compose(session, bag), cancel);
    }
}
