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
/// Each thing once at a time, in this process and among others: who holds an output's lock may wait for that of a blob, and who holds a blob's waits for none.
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

    // Forms that no binhost could give in this run: one record is found by two keys, and its damage told once.
    private readonly ConcurrentDictionary<LayerForm, bool> _lost = [];

    /// <summary>Sees to it that a blob is in the store; gives its path, or null and the reasons told to <paramref name="lacks"/>.</summary>
    public async Task<string?> BlobAsync(Digest digest, long? size, IEnumerable<Binhost> from, Action<Binhost, string> lacks, CancellationToken cancel)
    {
        if (store.VerifiedBlobPath(digest) is { } there)
        {
            return there;
        }

        using var turn = await EnterAsync(cancel);
        using var held = await LockBlobAsync(digest, cancel);
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
    public async Task<bool> TreeAsync(Digest diffId, IReadOnlyCollection<LayerForm> forms, IReadOnlyCollection<Binhost> from, Action<Binhost, string> lacks, CancellationToken cancel)
    {
        if (store.HasTree(diffId))
        {
            return true;
        }

        using var turn = await EnterAsync(cancel);
        using var held = await LockAsync("unpack-", diffId, cancel);
        if (store.HasTree(diffId) || await UnpackAnyAsync(diffId, Here(diffId, forms), cancel))
        {
            return true;
        }

        foreach (var form in forms.Where(f => !_lost.ContainsKey(f)))
        {
            if (await DownloadAsync(form, from, lacks, cancel))
            {
                return true;
            }

            _lost[form] = true;
        }

        return false;
    }

    /// <summary>Paths of the store's blobs that an output can be unpacked from, if they hold what is said of them.</summary>
    public IEnumerable<string> Here(Digest diffId, IEnumerable<LayerForm> forms) => (store.Index.FindFact(diffId, LayerFact) is { } hex ? [Digest.Parse(hex)] : Array.Empty<Digest>())
        .Concat(forms.Select(f => f.Digest)).Distinct().Select(store.VerifiedBlobPath).OfType<string>();

    /// <summary>Remembers that a blob of the store holds an output, so that this output need not be downloaded.</summary>
    public static void Remember(ContentStore store, LayerForm form) => store.Index.AddFact(form.DiffId, LayerFact, form.Digest.Hex);

    /// <inheritdoc/>
    public void Dispose() => _downloads.Dispose();

    private async Task<bool> DownloadAsync(LayerForm form, IEnumerable<Binhost> from, Action<Binhost, string> lacks, CancellationToken cancel)
    {
        using var held = await LockBlobAsync(form.Digest, cancel);
        if (store.VerifiedBlobPath(form.Digest) is { } since && await UnpackAnyAsync(form.DiffId, [since], cancel))
        {
            return true;
        }

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

    private async Task<bool> UnpackAnyAsync(Digest diffId, IEnumerable<string> blobs, CancellationToken cancel)
    {
        foreach (var blob in blobs)
        {
            try
            {
                await using var file = File.OpenRead(blob);
                await store.CommitAsync([await Task.Run(() => Unpack(file, diffId, cancel), cancel)], [], cancel);
                return true;
            }
            catch (Exception e) when (ArchiveErrors.AreOf(e))
            {
            }
        }

        return false;
    }

    /// <summary>Unpacks a layer into a new directory. Throws what <see cref="ArchiveErrors.AreOf"/> knows if it is not the output with this diffID.</summary>
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

    private async Task<IDisposable> EnterAsync(CancellationToken cancel)
    {
        await _downloads.WaitAsync(cancel);
        return new Turn(_downloads);
    }

    /// <summary>The lock of whoever writes what came of a blob so far, wanted for its own sake or for what is in it.</summary>
    private Task<FileLock> LockBlobAsync(Digest blob, CancellationToken cancel) => LockAsync("pull-", blob, cancel);

    // Outputs and blobs have names of their own: a record may call a form by the digest of any output, and two such records would wait for each other.
    private Task<FileLock> LockAsync(string kind, Digest digest, CancellationToken cancel) => FileLock.AcquireAsync(
        Path.Combine(store.Paths.Locks, kind + digest.Hex), $"downloading {digest}", time, holder => report(new BinhostEvent.Waiting(digest.ToString(), holder) { Binhost = "" }), cancel);

    private sealed class Turn(SemaphoreSlim downloads) : IDisposable
    {
        public void Dispose() => downloads.Release();
    }
}
