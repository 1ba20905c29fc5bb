using System.Collections.Immutable;
using Buildit.Cli.Commands;
using Buildit.Cli.Consoles;
using Buildit.Cli.Registries;
using Buildit.Cli.Testing;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Core.Trees;
using Buildit.Images.Aci;
using Buildit.Images.Composition;
using Buildit.Images.Oci;
using Buildit.Images.Reading;
using Buildit.Store.Compression;
using Buildit.Store.Locking;

namespace Buildit.Cli.Building;

/// <summary>An image that is at its path now, and the record that says so.</summary>
internal sealed record FinishedImage(Step.Image Step, string Path, ImageRecord Record)
{
    /// <summary>All files of an image that consists of files: those that it depends on in order, and itself last.</summary>
    public IEnumerable<KeyValuePair<string, Digest>> Files =>
        Record.Others.Select(o => KeyValuePair.Create(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, o.Key), o.Value)).Append(KeyValuePair.Create(Path, Record.Digest));
}

/// <summary>
/// Composes, checks, tests and writes the images of a container, or takes them from a binhost. What was written before from the same input is left as it is.
/// </summary>
/// <param name="session">Has the packages.</param>
/// <param name="terminal">What a person sees.</param>
/// <param name="request">Which images are wanted, and where.</param>
/// <param name="warn">Prints warnings.</param>
internal sealed class ImageBuild(Session session, Terminal terminal, BuildRequest request, Action<IEnumerable<Diagnostic>> warn)
{
    private readonly Dictionary<(bool WithSbom, Digest Below), ImageRoot> _roots = [];

    public async Task<ImmutableArray<FinishedImage>> RunAsync(Composition composition, CancellationToken cancel)
    {
        var finished = ImmutableArray.CreateBuilder<FinishedImage>();
        foreach (var step in composition.Container.Steps.OfType<Step.Image>().Where(s => request.Formats.Contains(s.Format)))
        {
            var compressor = session.Compressor(step.Compression);
            var key = composition.KeyOf(step, compressor?.Identity);
            var path = composition.PathOf(step, request.Output);
            using var turn = await TurnAsync(path, cancel);
            var written = WrittenImage.Parse(session.Store.Index.FindImage(key.Digest));
            var isThere = written?.IsAt(path) == true;
            var source = "";
            if (!isThere)
            {
                (written, source) = await MakeAsync(composition, step, compressor, key.Digest, path, cancel);
                session.Store.Index.AddImage(key.Digest, written.Print());
                await new ImageHistory(session.Store).KeepAsync(composition.Container, step, key, cancel);
            }

            if (source.Length > 0)
            {
                terminal.Line($"    Found the image in '{source}'.");
            }

            terminal.Ended($"Packaging {composition.Container.DisplayName} as {step.Format.Name().ToUpperInvariant()}...");
            var image = new FinishedImage(step, path, RecordOf(composition, step, key.Digest, path, written!));
            foreach (var (file, digest) in image.Files)
            {
                terminal.Data($"{session.Workspace.Display(file)} {digest}");
            }

            finished.Add(image);
        }

        return finished.ToImmutable();
    }

    private async Task<(WrittenImage Image, string Source)> MakeAsync(Composition composition, Step.Image step, ICompressor? compressor, Digest key, string path, CancellationToken cancel)
    {
        terminal.Status($"  packaging {path}");
        if (!request.Engine.Rebuild && await new ImagePull(session).PullAsync(composition.Container, step, compressor, key, path, cancel) is { } pulled)
        {
            return pulled;
        }

        if (request.IsPull)
        {
            throw NotPulled(composition, path);
        }

        return (await new ImageWriter(session.Layers, session.Store.Index).WriteAsync(composition.Container, step, await RootAsync(composition, step, cancel), compressor, path, cancel), "");
    }

    /// <summary>The file system of an image: composed and tested once for all images that have the same, when the first of them must be written.</summary>
    private async Task<ImageRoot> RootAsync(Composition composition, Step.Image step, CancellationToken cancel)
    {
        var below = await new BaseImages(session, terminal).FindAsync(composition.Container, step, cancel);
        var which = (step.Sbom == SbomPlace.Files, below?.Digest ?? default);
        if (!_roots.TryGetValue(which, out var root))
        {
            var bag = new DiagnosticBag();
            root = await composition.ComposeAsync(session, step, bag, cancel);
            warn(bag.Items);
            await new ImageTests(session, terminal).MustPassAsync(UsableImage.Of(root, composition.Container, composition.MainImage), composition.Writable, composition.Tests, cancel);
            _roots[which] = root;
        }

        return root;
    }

    private BuilditException NotPulled(Composition composition, string path)
    {
        var refusals = session.Binhosts.RefusalsOf(composition.Container.DisplayName);
        return refusals.Count > 0
            ? new(ExitCode.TrustRefused, [.. refusals.Select(r => r.Describe() with { Code = ExitCode.TrustRefused })])
            : new(ExitCode.Missing, $"no binhost has the image '{Path.GetFileName(path)}'", $"push it from where it was made, or compose it from its packages: buildit {session.Workspace.Display(composition.Container.Directory)}");
    }

    /// <summary>One process writes a path at a time.</summary>
    private Task<FileLock> TurnAsync(string path, CancellationToken cancel) => FileLock.AcquireAsync(
        Path.Combine(session.Store.Paths.Locks, Digest.Of(path).Hex), $"writing {path}", TimeProvider.System, holder => terminal.Line($"        {path}: waiting for {holder}"), cancel);

    private static ImageRecord RecordOf(Composition composition, Step.Image step, Digest key, string path, WrittenImage written) => new()
    {
        Key = key,
        Name = composition.Container.Name,
        Version = composition.Container.Version,
        Platform = composition.Container.Platform,
        FileName = Path.GetFileName(path),
        Digest = written.Digest,
        Others = written.Others,
        Materials = [new("container.yaml", null, Digest.Of(composition.Container.Text.Text)), .. step.Base is { Digest: { } below } named ? [new Material($"base image {named.Name ?? "of a layout"}", null, below)] : Array.Empty<Material>(), .. composition.Parts.Select(p => new Material($"{p.Package}/{Composition.Output}", null, p.DiffId))],
        SourceDate = composition.SourceDate,
    };
}
