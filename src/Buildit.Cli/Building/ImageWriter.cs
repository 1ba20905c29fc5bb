using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.Aci;
using Buildit.Images.Composition;
using Buildit.Images.Docker;
using Buildit.Images.Flat;
using Buildit.Images.Oci;
using Buildit.Store;
using Buildit.Store.Compression;
using Buildit.Store.Layers;

namespace Buildit.Cli.Building;

/// <summary>Writes composed images.</summary>
/// <param name="cache">Has layers that were compressed before.</param>
/// <param name="known">Remembers what split images consist of; null = all of it is written.</param>
internal sealed class ImageWriter(ILayerCache cache, StoreIndex? known = null)
{
    /// <summary>Writes the image of a step to a path, whose directory is made.</summary>
    public async Task<WrittenImage> WriteAsync(Container container, Step.Image step, ImageRoot root, ICompressor? compressor, string path, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var bag = new DiagnosticBag();
        switch (step.Format)
        {
            case ImageFormat.Aci:
                var manifest = AciManifest.Make(container, step, root.Mtime, bag);
                bag.ThrowIfErrors();
                if (step.Split)
                {
                    return WrittenImage.OfSplit(await new SplitAciWriter(compressor, known).WriteAsync(root, manifest!, container.Platform, path, cancel));
                }

                var aci = await new AciWriter(compressor).WriteAsync(root, manifest!, path, cancel);
                return WrittenImage.OfFile(aci.Digest, path);
            case ImageFormat.Tar:
                return WrittenImage.OfFile(await RootArchive.WriteAsync(root, path, cancel), path);
        }

        var image = await new OciComposer(cache, compressor).ComposeAsync(new(root, container, step), bag, cancel);
        bag.ThrowIfErrors();
        return step.Format == ImageFormat.DockerArchive
            ? WrittenImage.OfFile(await DockerArchive.WriteAsync(image, root.Mtime, path, cancel), path)
            : await WrittenImage.WriteAsync(image, step, root.Mtime, path, cancel);
    }
}
