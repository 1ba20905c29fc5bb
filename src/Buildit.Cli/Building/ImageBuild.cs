using Buildit.Cli.Commands;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Images.Composition;
using Buildit.Store.Layers;
using Buildit.Store.Locking;

namespace Buildit.Cli.Building;

/// <summary>Composes, checks, tests and writes the images of a container. What was written before from the same input is left as it is.</summary>
internal sealed class ImageBuild(Session session, Terminal terminal, BuildRequest request)
{
    private readonly ImageWriter _writer = new(new LayerCache(session.Store.Paths.Root, session.Store.VerifiedBlobPath), request.Output);

    public async Task RunAsync(Composition composition, CancellationToken cancel)
    {
        var root = new Lazy<ImageRoot>(composition.Compose);
        var isTested = false;
        foreach (var step in composition.Container.Steps.OfType<Step.Image>().Where(s => request.Formats.Contains(s.Format)))
        {
            var compressor = session.Compressor(step.Compression);
            var key = composition.KeyOf(step, compressor);
            var path = _writer.PathOf(composition.Container, step);
            using var turn = await TurnAsync(path, cancel);
            var written = WrittenImage.Parse(session.Store.Index.FindImage(key.Digest));
            if (written?.IsAt(path) != true)
            {
                if (!isTested)
                {
                    await new ImageTests(session, terminal).RunAsync(composition.Container, root.Value, cancel);
                    isTested = true;
                }

                terminal.Status($"  packaging {path}");
                written = await _writer.WriteAsync(composition.Container, step, root.Value, compressor, cancel);
                session.Store.Index.AddImage(key.Digest, written.Print());
                await new ImageHistory(session.Store).KeepAsync(composition.Container, step, key, cancel);
            }

            terminal.Ended($"Packaging {composition.Container.DisplayName} as {step.Format.ToString().ToUpperInvariant()}...");
            terminal.Data($"{session.Workspace.Display(path)} {written.Digest}");
        }
    }

    /// <summary>One process writes a path at a time.</summary>
    private Task<FileLock> TurnAsync(string path, CancellationToken cancel) => FileLock.AcquireAsync(
        Path.Combine(session.Store.Paths.Locks, Digest.Of(path).Hex), $"writing {path}", TimeProvider.System, holder => terminal.Line($"        {path}: waiting for {holder}"), cancel);
}
