using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Binhosts.Keeping;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts.Keeping;

/// <summary>What goes.</summary>
/// <param name="Records">Records.</param>
/// <param name="Files">All files, records among them, in the order in which they go.</param>
public sealed record Garbage(ImmutableArray<Holding> Records, ImmutableArray<PlaceFile> Files)
{
    /// <summary>Nothing.</summary>
    public static Garbage Nothing { get; } = new([], []);

    /// <summary>Bytes of all files. (Two names of one file count twice.)</summary>
    public long Bytes => Files.Sum(f => f.Size);
}

/// <summary>
/// Removes from a binhost what nobody needs, while others push and pull:
/// <list type="bullet">
/// <item>Nothing goes that was written within the grace period: a push puts blobs before the record that names them.</item>
/// <item>Rows leave the catalog first. Then, while nobody can change the catalog, everything is looked at again, and what nothing refers to is removed: records before blobs.</item>
/// <item>A push that has found a blob there and does not put it looks once more when it adds to the catalog (<see cref="BinhostWriter.AddToCatalogAsync"/>).</item>
/// </list>
/// Who reads meanwhile and finds a blob gone takes it as a miss.
/// </summary>
/// <param name="place">What is tidied.</param>
/// <param name="retention">Which records stay.</param>
/// <param name="young">Files that were written at this time or later stay.</param>
public sealed class BinhostGc(IKeptPlace place, Retention retention, DateTimeOffset young)
{
    /// <summary>What would go now; nothing is changed.</summary>
    public async Task<Garbage> FindAsync(CancellationToken cancel) => await GarbageAsync(await Inventory.ReadAsync(place, cancel), new HashSet<Digest>(), cancel);

    /// <summary>Removes what is to go, and says what that was.</summary>
    public async Task<Garbage> RunAsync(CancellationToken cancel)
    {
        var going = (await FindAsync(cancel)).Records.Select(r => r.Key).ToHashSet();
        if (going.Count > 0)
        {
            // Without a catalog that can be read nothing is known of what others have just added.
            await KeptCatalog.RewriteAsync(
                place, rows => Task.FromResult((rows ?? throw Unreadable()).Where(r => !going.Contains(r.Record))), cancel);
        }

        var garbage = Garbage.Nothing;
        var isDone = await place.RemoveAsync(
            async () =>
            {
                var listed = (await KeptCatalog.ReadAsync(place, cancel))?.Select(r => r.Record).ToHashSet() ?? (going.Count == 0 ? [] : throw Unreadable());
                var inventory = await Inventory.ReadAsync(place, cancel);
                // A record that is listed again was pushed again meanwhile; one that was not among those that left the catalog stays for the next time.
                garbage = await GarbageAsync(inventory, inventory.Holdings.Select(h => h.Key).Where(k => listed.Contains(k) || !going.Contains(k)).ToHashSet(), cancel);
                return [.. garbage.Files.Select(f => f.Path)];
            },
            cancel);
        return isDone ? garbage : throw new PlaceException("was written to by somebody else, who took this process for dead: run the command again");
    }

    private static PlaceException Unreadable() => new("has no catalog that can be read: run 'buildit binhost rebuild-catalog' first");

    private async Task<Garbage> GarbageAsync(Inventory inventory, IReadOnlySet<Digest> staying, CancellationToken cancel)
    {
        if (inventory.HasBrokenIndex)
        {
            throw new PlaceException($"has an '{BinhostLayout.ImageIndex}' that is no image index, so that nobody knows which images have a tag: run 'buildit binhost verify'");
        }

        var holdings = inventory.Holdings.ToArray();
        var kept = retention.Kept(holdings, inventory.Tagged, inventory.Pins.Pins.Keys.Concat(staying).ToHashSet());
        var (stay, gone) = (holdings.Where(h => kept.Contains(h.Key) || h.Written >= young).ToArray(), holdings.Where(h => !kept.Contains(h.Key) && h.Written < young).ToArray());
        var files = Files(gone).Except(Files(stay), StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        var records = gone.Select(h => BinhostLayout.Record(h.Key)).ToHashSet(StringComparer.Ordinal);
        var needed = await NeededAsync(inventory, stay, cancel);
        var old = inventory.Files.Where(f => f.Modified < young).ToArray();
        return new(
            [.. gone.OrderBy(h => h.DisplayName, StringComparer.Ordinal).ThenBy(h => h.Key)],
            [
                .. old.Where(f => records.Contains(f.Path)),
                .. old.Where(f => files.Contains(f.Path) || IsUnfinished(f.Path)),
                .. inventory.Blobs.Where(b => b.File.Modified < young && !needed.Contains(b.Digest)).Select(b => b.File),
            ]);
    }

    private static IEnumerable<string> Files(IEnumerable<Holding> holdings) => holdings.SelectMany(h => h.Files.Concat(h.Sboms).Append(h.IsImage
        ? BinhostLayout.Container(h.Subject.Name, h.Subject.Version)
        : BinhostLayout.FilesPage(h.Subject.Name, h.Key)));

    // What a push that died has left under a temporary name.
    private static bool IsUnfinished(string path) => path[(path.LastIndexOf('/') + 1)..] is ['.', ..] name && name.EndsWith(".tmp", StringComparison.Ordinal);

    private async Task<HashSet<Digest>> NeededAsync(Inventory inventory, IReadOnlyCollection<Holding> stay, CancellationToken cancel)
    {
        var needed = stay.SelectMany(h => h.Blobs.Concat(h.Materials)).ToHashSet();
        var sizes = inventory.Blobs.ToDictionary(b => b.Digest, b => b.File.Size);
        foreach (var image in stay.Where(h => h.IsImage).Select(h => h.Image).Concat(inventory.Tagged).Distinct().Where(sizes.ContainsKey))
        {
            needed.UnionWith(await Inventory.PartsAsync(place, image, sizes[image], cancel));
        }

        // No record names them, since the same thing may be described better tomorrow: which blobs they are, only they say.
        foreach (var sbom in inventory.Files.Select(f => f.Path).Intersect(stay.SelectMany(h => h.Sboms), StringComparer.Ordinal))
        {
            needed.Add(await Inventory.DigestAsync(place, sbom, cancel));
        }

        needed.UnionWith(inventory.Records.Where(r => r.Holding is null).SelectMany(r => r.Envelope?.Layers ?? []).Select(l => l.Digest));
        var catalog = await place.GetAsync(BinhostLayout.Catalog, null, cancel) is { } document ? Catalog.Parse(document.Content.Span) : null;
        needed.UnionWith(catalog?.Shards.Select(s => s.Blob) ?? []);
        needed.UnionWith(inventory.Tagged);
        return needed;
    }
}
