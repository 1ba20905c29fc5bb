using Buildit.Core;
using Buildit.Store.Compression;

namespace Buildit.Store.Layers;

/// <summary>A layer as a blob on disk, ready to be linked into a layout or pushed to a registry.</summary>
/// <param name="Digest">Of the blob's bytes, as compressed.</param>
/// <param name="Size">Of the blob.</param>
/// <param name="MediaType">OCI media type.</param>
/// <param name="DiffId">Digest of the uncompressed tar.</param>
/// <param name="Path">Where the blob is. It must never be changed in place.</param>
public sealed record LayerBlob(Digest Digest, long Size, string MediaType, Digest DiffId, string Path);

/// <summary>Gives layers as blobs, and compresses each of them only once.</summary>
public interface ILayerCache
{
    /// <summary>The layer's blob; a null compressor means an uncompressed tar.</summary>
    Task<LayerBlob> GetAsync(LayerSource source, ICompressor? compressor, CancellationToken cancel);
}
