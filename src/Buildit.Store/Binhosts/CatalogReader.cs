using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Store.Compression;

namespace Buildit.Store.Binhosts;

/// <summary>
/// What records a place has. The catalog is asked for once in a run, with the version that an earlier run has seen; its shards never change, so that only new ones are
/// downloaded. What is kept between runs is what the place said, never that it did not have something.
/// </summary>
/// <param name="place">The place.</param>
/// <param name="cache">Directory for what is kept; null = nothing is.</param>
internal sealed class CatalogReader(GuardedPlace place, string? cache)
{
    private readonly ConcurrentDictionary<Digest, Lazy<Task<Dictionary<Digest, Digest>>>> _shards = [];
    private Lazy<Task<Catalog>>? _catalog;

    /// <summary>Whether the place has a catalog, or a part of one, that is none.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The key of the record that can be found by a key; null if there is none. Throws <see cref="PlaceException"/>.</summary>
    public async Task<Digest?> FindAsync(Digest key, CancellationToken cancel)
    {
        var catalog = await CatalogAsync(cancel);
        if (catalog.ShardOf(key) is not { } shard)
        {
            return null;
        }

        var rows = await _shards.GetOrAdd(shard.Blob, _ => new(() => LoadAsync(shard, cancel))).Value;
        return rows.TryGetValue(key, out var record) ? record : null;
    }

    /// <summary>All rows. Throws <see cref="PlaceException"/>.</summary>
    public async Task<ImmutableArray<CatalogRow>> ListAsync(CancellationToken cancel)
    {
        var shards = (await CatalogAsync(cancel)).Shards;
        return [.. (await Task.WhenAll(shards.Select(s => RowsAsync(s, cancel)))).SelectMany(static rows => rows)];
    }

    private Task<Catalog> CatalogAsync(CancellationToken cancel)
    {
        // The first one to ask gives up for all: its patience with the place is theirs.
        var fresh = new Lazy<Task<Catalog>>(() => LoadAsync(cancel));
        return (Interlocked.CompareExchange(ref _catalog, fresh, null) ?? fresh).Value;
    }

    /// <summary>Under which of these keys the place had a record when it was last asked, as far as that is known. The place is not asked.</summary>
    public IReadOnlySet<Digest> Remembered(IEnumerable<Digest> keys)
    {
        var catalog = Remembered() is { } document ? Catalog.Parse(document.Content.Span) : null;
        var had = new HashSet<Digest>();
        foreach (var group in keys.GroupBy(key => catalog?.ShardOf(key)).Where(g => g.Key is not null))
        {
            var rows = Kept(group.Key!.Blob) is { } bytes ? Catalog.ParseRows(bytes) : null;
            had.UnionWith((rows ?? []).Select(r => r.Key).Intersect(group));
        }

        return had;
    }

    private async Task<Catalog> LoadAsync(CancellationToken cancel)
    {
        var known = Remembered();
        var document = await place.GetAsync(BinhostLayout.Catalog, known, cancel);
        if (document is null)
        {
            return Catalog.Empty;
        }

        var catalog = Catalog.Parse(document.Content.Span) ?? throw Broken(NotA("catalog", document.Content));
        if (document != known)
        {
            Remember(document, catalog);
        }

        return catalog;
    }

    private async Task<ImmutableArray<CatalogRow>> RowsAsync(CatalogShard shard, CancellationToken cancel)
    {
        var bytes = Kept(shard.Blob);
        if (bytes is null)
        {
            bytes = await DownloadAsync(shard.Blob, cancel);
            Keep(shard.Blob.Hex, bytes);
        }

        return Catalog.ParseRows(bytes) ?? throw Broken(NotA("part of a catalog", bytes));
    }

    private async Task<Dictionary<Digest, Digest>> LoadAsync(CatalogShard shard, CancellationToken cancel)
    {
        var rows = await RowsAsync(shard, cancel);
        var found = new Dictionary<Digest, Digest>(rows.Length);
        foreach (var row in rows)
        {
            found.TryAdd(row.Key, row.Record);
        }

        return found;
    }

    private async Task<byte[]> DownloadAsync(Digest shard, CancellationToken cancel)
    {
        try
        {
            return await place.ReadBlobAsync(shard, cancel) ?? throw Broken("lacks a part of its catalog, or has it with other bytes");
        }
        catch (PlaceException e)
        {
            throw place.GiveUp(e.Message);
        }
    }

    private PlaceException Broken(string reason)
    {
        IsBroken = true;
        return place.GiveUp(reason);
    }

    private static string NotA(string what, ReadOnlyMemory<byte> content) =>
        $"sent {ContentKind.Detect(content.Span[..Math.Min(512, content.Length)]).Description} where its {what} has to be";

    // The version, a line feed, and the document.
    private PlaceDocument? Remembered()
    {
        var bytes = Read("catalog");
        var end = bytes?.AsSpan().IndexOf((byte)'\n') ?? -1;
        return end < 0 ? null : new(bytes.AsMemory(end + 1), Encoding.UTF8.GetString(bytes!, 0, end));
    }

    private void Remember(PlaceDocument document, Catalog catalog)
    {
        Keep("catalog", [.. Encoding.UTF8.GetBytes(document.Version.ReplaceLineEndings("") + "\n"), .. document.Content.Span]);
        var current = catalog.Shards.Select(s => s.Blob.Hex).Append("catalog").ToHashSet(StringComparer.Ordinal);
        InCache(directory => Array.ForEach([.. Directory.EnumerateFiles(directory).Where(f => !current.Contains(Path.GetFileName(f)))], File.Delete));
    }

    private byte[]? Kept(Digest blob) => Read(blob.Hex) is { } bytes && Digest.Of(bytes) == blob ? bytes : null;

    private byte[]? Read(string name)
    {
        byte[]? bytes = null;
        InCache(directory => bytes = File.ReadAllBytes(Path.Combine(directory, name)));
        return bytes;
    }

    private void Keep(string name, byte[] bytes) => InCache(directory =>
    {
        Directory.CreateDirectory(directory);
        var temporary = Path.Combine(directory, Path.GetRandomFileName());
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, Path.Combine(directory, name), overwrite: true);
    });

    /// <summary>A cache that cannot be read or written is none.</summary>
    private void InCache(Action<string> work)
    {
        try
        {
            if (cache is not null)
            {
                work(cache);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
