using System.Collections.Concurrent;
using Buildit.Core;
using Buildit.Core.Registries;
using Buildit.Store.Registries;

namespace Buildit.Store.Binhosts;

/// <summary>The blobs of a binhost's repository, and which of them are known to be there because they were asked for or put in this run.</summary>
internal sealed class RegistryBlobs(RegistryClient registry)
{
    private readonly ConcurrentDictionary<Digest, long> _known = [];

    /// <summary>The size of a blob; null if it is not there. Always asked.</summary>
    public async Task<long?> FindAsync(Digest digest, CancellationToken cancel)
    {
        var size = await registry.FindBlobAsync(digest, cancel);
        if (size is { } there)
        {
            _known[digest] = there;
        }

        return size;
    }

    /// <summary>Puts a blob if it is not there with this size.</summary>
    public async Task PutAsync(Digest digest, long size, Func<Stream> open, CancellationToken cancel)
    {
        if (await FindAsync(digest, cancel) != size)
        {
            await registry.PutBlobAsync(digest, size, open, cancel);
            _known[digest] = size;
        }
    }

    /// <summary>Puts bytes that are in memory, once.</summary>
    public Task PutAsync(Digest digest, ReadOnlyMemory<byte> bytes, CancellationToken cancel) =>
        _known.ContainsKey(digest) ? Task.CompletedTask : PutAsync(digest, bytes.Length, () => new MemoryStream(bytes.ToArray()), cancel);

    /// <summary>What a manifest says of a blob that is known to be there; null for all others.</summary>
    public Descriptor? Known(Digest digest, string mediaType) => _known.TryGetValue(digest, out var size) ? new(mediaType, digest, size) : null;

    /// <summary>Those blobs that are there.</summary>
    public async Task<IReadOnlyList<Descriptor>> ThereAsync(IEnumerable<Descriptor> blobs, CancellationToken cancel)
    {
        var there = new List<Descriptor>();
        foreach (var blob in blobs)
        {
            if (_known.ContainsKey(blob.Digest) || await FindAsync(blob.Digest, cancel) is not null)
            {
                there.Add(blob);
            }
        }

        return there;
    }
}
