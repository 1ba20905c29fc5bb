using System.Collections.Immutable;
using System.Text;
using Buildit.Core.Binhosts;

namespace Buildit.Store.Binhosts.Keeping;

/// <summary>The catalog of a place as a whole, for whoever tidies it.</summary>
public static class KeptCatalog
{
    /// <summary>All rows; null if the catalog, or a part of it, is not there or cannot be read.</summary>
    public static async Task<ImmutableArray<CatalogRow>?> ReadAsync(IPlace place, CancellationToken cancel) =>
        await place.GetAsync(BinhostLayout.Catalog, null, cancel) is { } document ? await RowsAsync(place, document.Content, cancel) : null;

    /// <summary>Makes a catalog of the rows that <paramref name="rows"/> gives, which gets those that are there (null: none that can be read), while nobody else changes it.</summary>
    public static Task RewriteAsync(IKeptPlace place, Func<ImmutableArray<CatalogRow>?, Task<IEnumerable<CatalogRow>>> rows, CancellationToken cancel) => place.UpdateAsync(
        BinhostLayout.Catalog,
        async current =>
        {
            var shards = await CatalogShards.PutAsync("", await rows(current is { } bytes ? await RowsAsync(place, bytes, cancel) : null), async (blob, content) =>
            {
                if (await place.ReadBlobAsync(blob, cancel) is null)
                {
                    await place.ReplaceBlobAsync(blob, content.Length, () => new MemoryStream(content), cancel);
                }
            });
            var text = Encoding.ASCII.GetBytes(new Catalog(shards).Print());
            return current is { } there && there.Span.SequenceEqual(text) ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(text);
        },
        cancel);

    private static async Task<ImmutableArray<CatalogRow>?> RowsAsync(IPlace place, ReadOnlyMemory<byte> document, CancellationToken cancel)
    {
        if (Catalog.Parse(document.Span) is not { } catalog)
        {
            return null;
        }

        var rows = ImmutableArray.CreateBuilder<CatalogRow>();
        foreach (var shard in catalog.Shards)
        {
            if (await CatalogShards.ReadAsync(place, shard, cancel) is not { } inside)
            {
                return null;
            }

            rows.AddRange(inside);
        }

        return rows.ToImmutable();
    }
}
