using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.Aci;
using Buildit.Images.Composition;
using Buildit.Images.Oci;
using Buildit.Store.Compression;
using Buildit.Store.Layers;

namespace Buildit.Cli.Building;

/// <summary>Writes composed images into a directory.</summary>
internal sealed class ImageWriter(ILayerCache cache, string directory)
{
    /// <summary>Where an image of a step lies.</summary>
    public string PathOf(Container container, Step.Image step) => PathOf(directory, container, step);

    /// <summary>Where an image of a step lies below a directory.</summary>
    public static string PathOf(string directory, Container c, Step.Image step)
    {
        var suffix = step switch { { Format: ImageFormat.Aci } => ".aci", { Archive: true } => ".oci.tar", _ => ".oci" };
        return Path.Combine(directory, $"{c.Name}-{c.Version}-{c.Platform.Os}-{c.Platform.Arch}{suffix}");
    }

    /// <summary>Writes the image of a step.</summary>
    public async Task<WrittenImage> WriteAsync(Container container, Step.Image step, ImageRoot root, ICompressor? compressor, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory);
        var (bag, path) = (new DiagnosticBag(), PathOf(container, step));
        if (step.Format == ImageFormat.Aci)
        {
            var manifest = step.Content is { } content ? AciManifest.Check(content, bag) : GeneratedManifest.Make(container, step, root.Mtime, bag);
            bag.ThrowIfErrors();
            var aci = await new AciWriter(compressor).WriteAsync(root, manifest!, path, cancel);
            return WrittenImage.OfFile(aci.Digest, path);
        }

        var image = await new OciComposer(cache, compressor).ComposeAsync(new(root, container, step), bag, cancel);
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
