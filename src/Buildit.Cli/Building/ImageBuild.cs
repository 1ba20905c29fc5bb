using Buildit.Cli.Commands;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
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
    public async Task RunAsync(Composition image, CancellationToken cancel)
    {
        var root = new Lazy<ImageRoot>(() => Compose(image));
        var isTested = false;
        foreach (var step in image.Container.Steps.OfType<Step.Image>().Where(s => request.Formats.Contains(s.Format)))
        {
            var compressor = session.Compressor(step.Compression);
            var key = image.KeyOf(step, compressor?.Identity);
            var path = Composition.PathOf(image.Container, step, request.Output);
            using var turn = await TurnAsync(path, cancel);
            var written = WrittenImage.Parse(session.Store.Index.FindImage(key.Digest));
            if (written?.IsAt(path) != true)
            {
                if (!isTested)
                {
                    await new ImageTests(session, terminal).RunAsync(image.Container, root.Value, cancel);
                    isTested = true;
                }

                terminal.Status($"  packaging {path}");
                written = await WriteAsync(image.Container, step, root.Value, compressor, path, cancel);
                session.Store.Index.AddImage(key.Digest, written.Print());
                await new ImageHistory(session.Store).KeepAsync(image.Container, step, key, cancel);
            }

            terminal.Ended($"Packaging {image.Container.DisplayName} as {step.Format.ToString().ToUpperInvariant()}...");
            terminal.Data($"{session.Workspace.Display(path)} {written.Digest}");
        }
    }

    /// <summary>One process writes a path at a time.</summary>
    private Task<FileLock> TurnAsync(string path, CancellationToken cancel) => FileLock.AcquireAsync(
        Path.Combine(session.Store.Paths.Locks, Digest.Of(path).Hex), $"writing {path}", TimeProvider.System, holder => terminal.Line($"        {path}: waiting for {holder}"), cancel);

    private ImageRoot Compose(Composition image)
    {
        var bag = new DiagnosticBag();
        var root = image.Compose(session.Store);
        LibraryCheck.Run(root, bag);
        bag.ThrowIfErrors(ExitCode.Failed);
        return root;
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
}
