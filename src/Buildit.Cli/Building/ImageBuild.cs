using Buildit.Cli.Commands;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;
using Buildit.Core.Trees;
using Buildit.Images.Aci;
using Buildit.Images.Composition;
using Buildit.Images.Oci;
using Buildit.Store.Compression;
using Buildit.Store.Layers;
using Buildit.Store.Locking;

namespace Buildit.Cli.Building;

/// <summary>Composes, checks, tests and writes the images of a container. What was written before from the same input is left as it is.</summary>
internal sealed class ImageBuild(Session session, Terminal terminal, BuildRequest request)
{
    public async Task RunAsync(Composition composition, long sourceDate, CancellationToken cancel)
    {
        var root = new Lazy<ImageRoot>(() => Compose(composition, sourceDate));
        var isTested = false;
        foreach (var step in composition.Container.Steps.OfType<Step.Image>().Where(s => request.Formats.Contains(s.Format)))
        {
            var compressor = session.Compressor(step.Compression);
            var key = KeyOf(composition, step, sourceDate, compressor);
            var path = PathOf(composition.Container, step);
            using var turn = await TurnAsync(path, cancel);
            var written = WrittenImage.Parse(session.Store.Index.FindImage(key));
            if (written?.IsAt(path) != true)
            {
                if (!isTested)
                {
                    await new ImageTests(session, terminal).RunAsync(composition.Container, root.Value, cancel);
                    isTested = true;
                }

                terminal.Status($"  packaging {path}");
                written = await WriteAsync(composition.Container, step, root.Value, compressor, path, cancel);
                session.Store.Index.AddImage(key, written.Print());
            }

            terminal.Ended($"Packaging {composition.Container.DisplayName} as {step.Format.ToString().ToUpperInvariant()}...");
            terminal.Data($"{session.Workspace.Display(path)} {written.Digest}");
        }
    }

    /// <summary>One process writes a path at a time.</summary>
    private Task<FileLock> TurnAsync(string path, CancellationToken cancel) => FileLock.AcquireAsync(
        Path.Combine(session.Store.Paths.Locks, Digest.Of(path).Hex), $"writing {path}", TimeProvider.System, holder => terminal.Line($"        {path}: waiting for {holder}"), cancel);

    private static ImageRoot Compose(Composition composition, long sourceDate)
    {
        var bag = new DiagnosticBag();
        var root = ImageRoot.Compose(composition.Parts, composition.Files, sourceDate, bag);
        bag.ThrowIfErrors(ExitCode.Failed);
        LibraryCheck.Run(root!, bag);
        bag.ThrowIfErrors(ExitCode.Failed);
        return root!;
    }

    private async Task<WrittenImage> WriteAsync(Container container, Step.Image step, ImageRoot root, ICompressor? compressor, string path, CancellationToken cancel)
    {
        Directory.CreateDirectory(request.Output);
        var bag = new DiagnosticBag();
        if (step.Format == ImageFormat.Aci)
        {
            var manifest = step.Content is { } content ? AciManifest.Check(content, bag) : GeneratedManifest.Make(container, step, root.Mtime, bag);
            bag.ThrowIfErrors();
            var aci = await new AciWriter(compressor).WriteAsync(root, manifest!, path, cancel);
            return WrittenImage.OfFile(aci.Digest, path);
        }

        var image = await new OciComposer(new LayerCache(session.Store.Paths.Root, session.Store.VerifiedBlobPath), compressor).ComposeAsync(new(root, container, step), bag, cancel);
        bag.ThrowIfErrors();
        if (step.Archive)
        {
            await OciLayoutWriter.WriteArchiveAsync(image, root.Mtime, path);
            return WrittenImage.OfFile(image.Digest, path);
        }

        await Task.Run(() => OciLayoutWriter.WriteDirectory(image, path), cancel);
        return WrittenImage.OfDirectory(image.Digest, path);
    }

    /// <summary>Digest of everything that decides about an image's bytes.</summary>
    private static Digest KeyOf(Composition composition, Step.Image step, long sourceDate, ICompressor? compressor)
    {
        var w = new CanonicalWriter("image", FormatVersions.Image);
        w.Put("container", composition.Container.Text.Text).Put("format", step.Format.ToString()).Put("date", sourceDate).Put("compressor", compressor?.Identity ?? "");
        w.Put("part", composition.Parts.Select(p => p.Package + " " + p.Output + " " + p.Tree.DiffId.Hex).ToArray());
        w.Put("files", Tree.Create(composition.Files.Entries.Select(e => e.Entry), sourceDate).Print());
        w.Put("declared", composition.Files.Entries.Where(e => e.IsDeclared).Select(e => e.Entry.Path).ToArray());
        return w.Digest;
    }

    private string PathOf(Container c, Step.Image step)
    {
        var suffix = step switch { { Format: ImageFormat.Aci } => ".aci", { Archive: true } => ".oci.tar", _ => ".oci" };
        return Path.Combine(request.Output, $"{c.Name}-{c.Version}-{c.Platform.Os}-{c.Platform.Arch}{suffix}");
    }
}
