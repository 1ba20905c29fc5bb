using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Binhosts;

namespace Buildit.Store.Binhosts;

/// <summary>The parts of a catalog as blobs of a place.</summary>
internal static class CatalogShards
{
    /// <summary>The rows of a shard; null if it is not there, or is none.</summary>
    public static async Task<ImmutableArray<CatalogRow>?> ReadAsync(IPlace place, CatalogShard shard, CancellationToken cancel) =>
        await place.ReadBlobAsync(shard.Blob, cancel) is { } bytes ? Catalog.ParseRows(bytes) : null;

    /// <summary>Puts rows whose keys all begin with <paramref name="prefix"/>, in as many shards as they need.</summary>
    /// <param name="prefix">May be empty.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="put">Sees to it that a blob is there.</param>
    public static async Task<ImmutableArray<CatalogShard>> PutAsync(string prefix, IEnumerable<CatalogRow> rows, Func<Digest, byte[], Task> put)
    {
        var shards = ImmutableArray.CreateBuilder<CatalogShard>();
        foreach (var (part, inside) in Catalog.Split(prefix, rows))
        {
            var bytes = Catalog.PrintRows(inside);
            var shard = new CatalogShard(part, inside.Length, Digest.Of(bytes));
            await put(shard.Blob, bytes);
            shards.Add(shard);
        }

        return shards.ToImmutable();
    }
}
