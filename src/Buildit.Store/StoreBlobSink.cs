using Buildit.Core;
using Buildit.Store.Fetching;

namespace Buildit.Store;

/// <summary>The store as the place that downloads go to.</summary>
public sealed class StoreBlobSink(ContentStore store) : IBlobSink
{
    /// <inheritdoc/>
    public long? Find(Digest digest) => store.VerifiedBlobPath(digest) is { } path ? new FileInfo(path).Length : null;

    /// <inheritdoc/>
    public string PartialPath(string key) => Path.Combine(store.Paths.Partial, key);

    /// <inheritdoc/>
    public Task CommitAsync(string tempPath, Digest digest, CancellationToken cancel) => store.CommitBlobAsync(tempPath, digest);
}
