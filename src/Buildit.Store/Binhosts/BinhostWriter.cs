using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Records;
using Buildit.Core.Trust;
using Buildit.Store.Fetching;
using Polly;

namespace Buildit.Store.Binhosts;

/// <summary>A blob to be pushed. <paramref name="Open"/> may be called more than once.</summary>
public sealed record PushedBlob(Digest Digest, long Size, Func<Stream> Open);

/// <summary>
/// Writes to a binhost in the order that keeps it right at every moment: blobs, then the records and images that name them, then the lists that name those. Whoever dies in
/// between leaves only what nobody sees; whoever repeats it finds what is there. All of it throws <see cref="PlaceException"/> when the place does not work.
/// </summary>
/// <param name="name">Of the binhost, for people.</param>
/// <param name="place">Where it is.</param>
/// <param name="limits">Patience with it.</param>
/// <param name="clock">For the patience.</param>
public sealed class BinhostWriter(string name, IWritablePlace place, PlaceLimits limits, TimeProvider clock)
{
    private const int AtOnce = 8;
    private readonly Lazy<ResiliencePipeline> _retry = new(() => RetryPolicy.CreateForWriting(limits, clock));

    /// <summary>Of the binhost, for people.</summary>
    public string Name => name;

    /// <summary>Where it is, for people.</summary>
    public string Address => place.Address;

    /// <summary>The envelopes that are there already, by the keys of their records.</summary>
    public async Task<IReadOnlyDictionary<Digest, Envelope>> FindRecordsAsync(IEnumerable<Digest> keys, CancellationToken cancel)
    {
        var found = new ConcurrentDictionary<Digest, Envelope>();
        var listed = await ListedAsync([.. keys], cancel);
        await EachAsync(listed, async (key, stop) =>
        {
            if (await RetryAsync(t => place.GetAsync(BinhostLayout.Record(key), null, t), stop) is { } document && Envelope.Read(document.Content) is { } envelope)
            {
                found[key] = envelope;
            }
        }, cancel);
        return found;
    }

    /// <summary>Which of these blobs are there already. One that has another size than it must have is damaged, and so is not there.</summary>
    public async Task<IReadOnlySet<Digest>> FindBlobsAsync(IReadOnlyCollection<(Digest Digest, long Size)> blobs, CancellationToken cancel)
    {
        var there = await RetryAsync(stop => place.FindBlobsAsync([.. blobs.Select(b => b.Digest).Distinct()], stop), cancel);
        return blobs.Where(b => there.TryGetValue(b.Digest, out var size) && (size is null || size == b.Size)).Select(b => b.Digest).ToHashSet();
    }

    /// <summary>Puts those blobs that are missing, several at a time; gives the reason for each that could not be put.</summary>
    /// <param name="blobs">The blobs.</param>
    /// <param name="sent">Told the size of each that was uploaded.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<IReadOnlyDictionary<Digest, string>> PutBlobsAsync(IEnumerable<PushedBlob> blobs, Action<long> sent, CancellationToken cancel)
    {
        var all = blobs.DistinctBy(b => b.Digest).ToArray();
        var there = await FindBlobsAsync([.. all.Select(b => (b.Digest, b.Size))], cancel);
        var failed = new ConcurrentDictionary<Digest, string>();
        await EachAsync(all.Where(b => !there.Contains(b.Digest)), async (blob, stop) =>
        {
            try
            {
                await RetryAsync(t => place.PutBlobAsync(blob.Digest, blob.Size, blob.Open, t), stop);
                sent(blob.Size);
            }
            catch (Exception e) when (e is PlaceException or InvalidDataException or IOException)
            {
                failed[blob.Digest] = e.Message;
            }
        }, cancel);
        return failed;
    }

    /// <summary>Puts a record: joined with what is there if that says the same, else in its place. Everything that it names must be there.</summary>
    public Task PutRecordAsync(Digest key, Envelope envelope, CancellationToken cancel) => UpdateAsync(BinhostLayout.Record(key), current =>
    {
        var merged = (current is { } bytes && Envelope.Read(bytes) is { } there && there.Payload.Span.SequenceEqual(envelope.Payload.Span) ? there.With(envelope) : envelope).Write();
        return Task.FromResult(Changed(current, merged));
    }, cancel);

    /// <summary>Adds rows to the catalog, or what stands for it; the records must be there, and the blobs that they name.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="needed">Names of the records and blobs. Since they were found or put, <see cref="Keeping.BinhostGc"/> may have removed some; it does that only while nobody can do this.</param>
    /// <param name="cancel">Ends it.</param>
    public Task AddToCatalogAsync(IReadOnlyCollection<CatalogRow> rows, IEnumerable<string> needed, CancellationToken cancel) =>
        place.FindsByName ? EachAsync(rows.Where(r => r.Key != r.Record), async (row, stop) => await PutAgainAsync(row, stop), cancel)
        : rows.Count == 0 ? Task.CompletedTask
        : UpdateAsync(
            BinhostLayout.Catalog,
            async current =>
            {
                await RequireAsync(needed.ToHashSet(StringComparer.Ordinal), cancel);
                return await AddedAsync(current, rows, cancel);
            },
            cancel);

    /// <summary>Changes a document that others may change, too; gives back null to leave it as it is.</summary>
    public Task UpdateDocumentAsync(string path, Func<ReadOnlyMemory<byte>?, byte[]?> change, CancellationToken cancel) =>
        UpdateAsync(path, current => Task.FromResult(change(current) is { } wanted ? Changed(current, wanted) : null), cancel);

    private async Task RequireAsync(HashSet<string> paths, CancellationToken cancel)
    {
        if (place is IKeptPlace kept && (await kept.FindAsync(paths, cancel)).Count < paths.Count)
        {
            throw new PlaceException("was tidied meanwhile, and lacks again what this push needs");
        }
    }

    /// <summary>Whether people can look at the place with a browser. Not at a registry.</summary>
    public bool HasPages => !place.FindsByName;

    /// <summary>Adds an image to the index; its blobs must be there.</summary>
    public Task AddImageAsync(OciIndexEntry image, CancellationToken cancel) => UpdateAsync(
        BinhostLayout.ImageIndex,
        current => Task.FromResult(Changed(current, OciIndex.Add(current ?? OciIndex.Empty, image) ?? throw new PlaceException($"has an '{BinhostLayout.ImageIndex}' that is no image index: delete it, and push the images again"))),
        cancel);

    /// <summary>Gives a blob that is there a further name.</summary>
    public Task LinkAsync(string path, Digest blob, CancellationToken cancel) => RetryAsync(stop => place.LinkAsync(path, blob, stop), cancel);

    /// <summary>Puts a public key where others find it, for them to accept or not.</summary>
    public async Task OfferKeyAsync(PublicKey key, CancellationToken cancel)
    {
        await UpdateAsync(BinhostLayout.Key(key.Id), current => Task.FromResult(Changed(current, Encoding.UTF8.GetBytes(key.Print()))), cancel);
        await UpdateAsync(BinhostLayout.KeyList, current => Task.FromResult(Changed(current, WithLine(current, key.Id.Hex))), cancel);
    }

    /// <summary>Puts a record under another key as well.</summary>
    private async Task PutAgainAsync(CatalogRow row, CancellationToken cancel)
    {
        if (await RetryAsync(stop => place.GetAsync(BinhostLayout.Record(row.Record), null, stop), cancel) is { } document && Envelope.Read(document.Content) is { } envelope)
        {
            await PutRecordAsync(row.Key, envelope, cancel);
        }
    }

    private async Task<IReadOnlyCollection<Digest>> ListedAsync(IReadOnlyCollection<Digest> keys, CancellationToken cancel)
    {
        if (place.FindsByName)
        {
            return keys;
        }

        var document = await RetryAsync(stop => place.GetAsync(BinhostLayout.Catalog, null, stop), cancel);
        if (document is null || Catalog.Parse(document.Content.Span) is not { } catalog)
        {
            return [];
        }

        var listed = new List<Digest>();
        foreach (var group in keys.GroupBy(catalog.ShardOf).Where(g => g.Key is not null))
        {
            var rows = (await RowsAsync(group.Key!, cancel)).Where(r => r.Key == r.Record).Select(r => r.Key).ToHashSet();
            listed.AddRange(group.Where(rows.Contains));
        }

        return listed;
    }

    private async Task<ReadOnlyMemory<byte>?> AddedAsync(ReadOnlyMemory<byte>? current, IReadOnlyCollection<CatalogRow> rows, CancellationToken cancel)
    {
        var catalog = current is not { } bytes ? Catalog.Empty : Catalog.Parse(bytes.Span) ?? throw new PlaceException($"has a '{BinhostLayout.Catalog}' that is no catalog");
        var shards = catalog.Shards.ToList();
        if (shards.Count == 0)
        {
            shards.AddRange(await PutShardsAsync("", rows, cancel));
        }
        else
        {
            foreach (var group in rows.GroupBy(r => catalog.ShardOf(r.Key)!).ToArray())
            {
                var at = shards.IndexOf(group.Key);
                shards.RemoveAt(at);
                shards.InsertRange(at, await PutShardsAsync(group.Key.Prefix, [.. await RowsAsync(group.Key, cancel), .. group], cancel));
            }
        }

        return Changed(current, Encoding.ASCII.GetBytes(new Catalog([.. shards]).Print()));
    }

    private Task<ImmutableArray<CatalogShard>> PutShardsAsync(string prefix, IEnumerable<CatalogRow> rows, CancellationToken cancel) =>
        CatalogShards.PutAsync(prefix, rows, (blob, bytes) => place.PutBlobAsync(blob, bytes.Length, () => new MemoryStream(bytes), cancel));

    private async Task<ImmutableArray<CatalogRow>> RowsAsync(CatalogShard shard, CancellationToken cancel) =>
        await RetryAsync(stop => CatalogShards.ReadAsync(place, shard, stop), cancel) ?? throw new PlaceException("lacks a part of its catalog, or has it with other bytes");

    private static byte[] WithLine(ReadOnlyMemory<byte>? current, string line)
    {
        var lines = current is { } bytes ? Encoding.UTF8.GetString(bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
        return Encoding.UTF8.GetBytes(string.Concat(lines.Append(line).Distinct().Order(StringComparer.Ordinal).Select(l => l + "\n")));
    }

    // Not "? null : wanted": that null would be an empty array, and so an empty document.
    private static ReadOnlyMemory<byte>? Changed(ReadOnlyMemory<byte>? current, byte[] wanted) =>
        current is { } there && there.Span.SequenceEqual(wanted) ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(wanted);

    private Task UpdateAsync(string path, Func<ReadOnlyMemory<byte>?, Task<ReadOnlyMemory<byte>?>> change, CancellationToken cancel) =>
        RetryAsync(stop => place.UpdateAsync(path, change, stop), cancel);

    private async Task RetryAsync(Func<CancellationToken, Task> work, CancellationToken cancel) => await _retry.Value.ExecuteAsync(async stop => await work(stop), cancel);

    private async Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel) => await _retry.Value.ExecuteAsync(async stop => await work(stop), cancel);

    private static Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, ValueTask> work, CancellationToken cancel) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, work);
}
