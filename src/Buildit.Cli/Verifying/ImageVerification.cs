using Buildit.Build.Verification;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Registries;
using Buildit.Core.Containers;
using Buildit.Images.Composition;
using Buildit.Store;
using Buildit.Store.Layers;

namespace Buildit.Cli.Verifying;

/// <summary>Composes a container's images again, without any layer that was compressed before, and compares with what was written before from the same input.</summary>
/// <param name="output">Where older images are looked for, to say where they differ.</param>
internal sealed class ImageVerification(Session session, Terminal terminal, string output)
{
    public async Task<IReadOnlyList<ImageVerdict>> RunAsync(Composition composition, CancellationToken cancel)
    {
        var verdicts = new List<ImageVerdict>();
        await new BaseImages(session, terminal).FetchAsync(composition.Container, cancel);
        foreach (var step in composition.Container.Steps.OfType<Step.Image>())
        {
            var name = $"{composition.Container.DisplayName} as {step.Format.Name().ToUpperInvariant()}";
            terminal.Status($"  composing {name}");
            var root = await composition.ComposeAsync(session, step, new(), cancel);
            var verdict = await VerifyAsync(composition, step, root, name, cancel);
            terminal.Ended($"    {name}", verdict.IsIdentical);
            verdicts.Add(verdict);
        }

        return verdicts;
    }

    private async Task<ImageVerdict> VerifyAsync(Composition composition, Step.Image step, ImageRoot root, string name, CancellationToken cancel)
    {
        var scratch = session.Store.NewWorkPath("images");
        try
        {
            var compressor = session.Compressor(step.Compression);
            // An image that was never written has nothing to be compared with but a second one.
            var before = WrittenImage.Parse(session.Store.Index.FindImage(composition.KeyOf(step, compressor?.Identity).Digest)) ?? await WriteAsync("first");
            var after = await WriteAsync("again");
            var (old, fresh) = (composition.PathOf(step, output), PathOf("again"));
            return new(name, before.Digest, after.Digest, before.Digest != after.Digest && before.IsAt(old) ? Places(old, fresh) : []);

            string PathOf(string which) => composition.PathOf(step, Path.Combine(scratch, which));
            Task<WrittenImage> WriteAsync(string which) =>
                new ImageWriter(new LayerCache(Path.Combine(scratch, which + "-layers"))).WriteAsync(composition.Container, step, root, compressor, PathOf(which), cancel);
        }
        finally
        {
            WorkDirectory.TryDelete(scratch);
        }
    }

    /// <summary>Where two images differ: a layout's manifest names everything else in it.</summary>
    private static System.Collections.Immutable.ImmutableArray<ContentDifference> Places(string old, string fresh) => Directory.Exists(old)
        ? FileComparer.Compare(Path.Combine(old, "index.json"), Path.Combine(fresh, "index.json"))
        : FileComparer.Compare(old, fresh);
}
