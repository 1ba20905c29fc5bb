using System.Collections.Concurrent;
using Buildit.Core;
using Buildit.Core.Records;
using Buildit.Store.Compression;
using Buildit.Store.Files;
using Buildit.Store.Locking;
using Buildit.Store.Sources;
using Buildit.Store.Trees;

namespace Buildit.Store.Binhosts;

/// <summary>
/// Gets blobs and output trees by digest from whichever binhost has them. Who signed what is no question here: the digest says whether the bytes are the right ones.
/// Each thing once at a time, in this process and among others.
/// </summary>
/// <param name="store">Where they go.</param>
/// <param name="time">For the locks.</param>
/// <param name="report">Told of waiting.</param>
internal sealed class BlobPull(ContentStore store, TimeProvider time, Action<BinhostEvent> report) : IDisposable
{
    private const int AtOnce = 8;
    private const string LayerFact = "layer";
    private static readonly SourceLimits Limits = new();
    private readonly SemaphoreSlim _downloads = new(AtOnce);

    // Outputs that no binhost could give in this run: one record is found by two keys, and its damage told once.
    private readonly ConcurrentDictionary<Digest, bool> _lost = [];

    /// <summary>Sees to it that a blob is in the store; gives its path, or null and the reasons told to <paramref name="lacks"/>.</summary>
    public async Task<string?> BlobAsync(Digest digest, long? size, IEnumerable<Binhost> from, Action<Binhost, string> lacks, CancellationToken cancel)
    {
        if (store.VerifiedBlobPath(digest) is { } there)
        {
            return there;
        }

        using var turn = await EnterAsync(digest, cancel);
        if (store.VerifiedBlobPath(digest) is { } since)
        {
            return since;
        }

        var download = new BlobDownload(store, digest, size);
        if (!await FirstAsync(from, lacks, binhost => download.FromAsync(binhost.Place, null, cancel), download))
        {
            return null;
        }

        await download.KeepAsync();
        return store.Paths.Blob(digest);
    }

    /// <summary>Sees to it that an output's tree is in the store: unpacked while it comes, from the first form that is whole. False, and reasons told, if there is none.</summary>
    public async Task<bool> TreeAsync(Digest diffId, IEnumerable<LayerForm> forms, IReadOnlyCollection<Binhost> from, Action<Binhost, string> lacks, CancellationToken cancel)
    {
        if (store.HasTree(diffId))
        {
            return true;
        }

        using var turn = await EnterAsync(diffId, cancel);
        if (store.HasTree(diffId) || await UnpackLocalAsync(diffId, cancel))
        {
            return true;
        }

        foreach (var form in _lost.ContainsKey(diffId) ? [] : forms)
        {
            if (await DownloadAsync(form, from, lacks, cancel))
            {
                return true;
            }
        }

        _lost[diffId] = true;
        return false;
    }

    /// <summary>Remembers that a blob of the store holds an output, so that this output need not be downloaded.</summary>
    public static void Remember(ContentStore store, LayerForm form) => store.Index.AddFact(form.DiffId, LayerFact, form.Digest.Hex);

    /// <inheritdoc/>
    public void Dispose() => _downloads.Dispose();

    private async Task<bool> DownloadAsync(LayerForm form, IEnumerable<Binhost> from, Action<Binhost, string> lacks, CancellationToken cancel)
    {
        var download = new BlobDownload(store, form.Digest, form.Size);
        StoredTree? tree = null;
        if (!await FirstAsync(from, lacks, binhost => download.FromAsync(binhost.Place, stream => tree = Unpack(stream, form.DiffId, cancel), cancel), download))
        {
            return false;
        }

        // Before the sync that makes the tree durable, which would write this file to the disk as well.
        download.Forget();
        await store.CommitAsync([tree!], [], cancel);
        return true;
    }

    private static async Task<bool> FirstAsync(IEnumerable<Binhost> from, Action<Binhost, string> lacks, Func<Binhost, Task<string?>> ask, BlobDownload download)
    {
        foreach (var binhost in from.Where(b => !b.Place.HasFailed))
        {
            var before = download.Received;
            var reason = await ask(binhost);
            if (reason is null)
            {
                binhost.Gave(download.Received - before);
                return true;
            }

            if (!binhost.Place.HasFailed)
            {
                lacks(binhost, reason);
            }
        }

        return false;
    }

    private async Task<bool> UnpackLocalAsync(Digest diffId, CancellationToken cancel)
    {
        if (store.Index.FindFact(diffId, LayerFact) is not { } hex || store.VerifiedBlobPath(Digest.Parse(hex)) is not { } path)
        {
            return false;
        }

        try
        {
            await using var file = File.OpenRead(path);
            await store.CommitAsync([await Task.Run(() => Unpack(file, diffId, cancel), cancel)], [], cancel);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>Unpacks a layer into a new directory. Throws <see cref="InvalidDataException"/> if it is not the output with this diffID.</summary>
    private StoredTree Unpack(Stream compressed, Digest diffId, CancellationToken cancel)
    {
        var directory = store.NewWorkPath("pull");
        try
        {
            var plain = new HashedReadStream(new LimitedStream(Decompressor.Open(compressed), Limits.Bytes));
            using var ahead = new ReadAheadStream(plain);
            var tree = new TreeUnpacker(directory).Unpack(ahead, cancel);
            return plain.Digest == diffId ? new(diffId, tree, directory) : throw new InvalidDataException("unpacked, it is not the output that the record names");
        }
        catch
        {
            WorkDirectory.TryDelete(directory);
            throw;
        }
    }

    private async Task<IDisposable> EnterAsync(Digest digest, CancellationToken cancel)
    {
        await _downloads.WaitAsync(cancel);
        try
        {
            var held = await FileLock.AcquireAsync(
                Path.Combine(store.Paths.Locks, "pull-" + digest.Hex), $"downloading {digest}", time, holder => report(new BinhostEvent.Waiting(digest.ToString(), holder) { Binhost = "" }), cancel);
            return new Turn(held, _downloads);
        }
        catch
        {
            _downloads.Release();
            throw;
        }
    }

    private sealed class Turn(FileLock held, SemaphoreSlim downloads) : IDisposable
    {
        public void Dispose()
        {
            held.Dispose();
            downloads.Release();
        }
    }
}
