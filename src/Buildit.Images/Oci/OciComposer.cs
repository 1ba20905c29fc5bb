using Buildit.Core.Diagnostics;
using Buildit.Images.Composition;
using Buildit.Store.Compression;
using Buildit.Store.Layers;

namespace Buildit.Images.Oci;

/// <summary>Makes an OCI image out of a composed root: plans its layers, compresses those that were never compressed before, writes its documents.</summary>
public sealed class OciComposer(ILayerCache cache, ICompressor? compressor)
{
    private const int AtOnce = 2;

    /// <summary>Mistakes in the image's settings go to the bag.</summary>
    public async Task<OciImage> ComposeAsync(OciRequest request, DiagnosticBag bag, CancellationToken cancel)
    {
        var groups = LayerPlan.Make(request.Root, request.Step.MaxLayers);
        var blobs = new LayerBlob[groups.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, groups.Length),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (i, stop) => blobs[i] = await cache.GetAsync(groups[i].Source, compressor, stop));
        var config = OciConfig.Write(request, [.. groups.Zip(blobs)], bag);
        if (request.Root.Base is { } below)
        {
            return OciImage.On(below, request.Container.Platform, config, blobs, request.Step.Tag);
        }

        return new(request.Container.Platform, config, OciImage.WriteManifest(config, blobs), [.. blobs], request.Step.Tag);
    }
}
