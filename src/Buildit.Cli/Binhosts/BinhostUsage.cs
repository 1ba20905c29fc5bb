using System.Globalization;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Binhosts.Keeping;
using Buildit.Store.Binhosts;
using Buildit.Store.Binhosts.Keeping;

namespace Buildit.Cli.Binhosts;

/// <summary>buildit binhost du: sizes by package and container. A blob that several need counts for each of them, and once in the total.</summary>
internal sealed class BinhostUsage(Terminal terminal, BinhostChoice choice)
{
    /// <summary>What the records of one name need.</summary>
    private sealed record Share(string Kind, string Name, int Records, long Bytes, long Own);

    public async Task<int> RunAsync(bool asJson, CancellationToken cancel)
    {
        using var place = await choice.OpenToKeepAsync(cancel);
        var inventory = await Inventory.ReadAsync(place, cancel);
        var sizes = inventory.Blobs.ToDictionary(b => b.Digest, b => b.File.Size);
        var blobs = await BlobsAsync(place, inventory, sizes, cancel);
        var users = blobs.SelectMany(b => b.Value.Select(d => (Digest: d, Name: (b.Key.Subject.Kind, b.Key.Subject.Name)))).Distinct().CountBy(b => b.Digest).ToDictionary();
        Share[] shares =
        [
            .. blobs.GroupBy(b => (b.Key.Subject.Kind, b.Key.Subject.Name)).Select(g =>
            {
                var needed = g.SelectMany(b => b.Value).ToHashSet();
                return new Share(g.Key.Kind, g.Key.Name, g.Count(), needed.Sum(d => sizes[d]), needed.Where(d => users[d] == 1).Sum(d => sizes[d]));
            }).OrderByDescending(s => s.Bytes).ThenBy(s => s.Name, StringComparer.Ordinal),
        ];
        var total = sizes.Values.Sum();
        var unused = sizes.Where(s => !users.ContainsKey(s.Key)).Sum(s => s.Value);
        if (asJson)
        {
            terminal.Data(Json(shares, total, unused));
            return 0;
        }

        foreach (var share in shares)
        {
            terminal.Data($"{ByteCount.Show(share.Bytes),10} {share.Kind,-8} {share.Name} ({Count(share.Records, "record")}; {ByteCount.Show(share.Own)} for it alone)");
        }

        terminal.Data($"{ByteCount.Show(total),10} all blobs ({ByteCount.Show(unused)} that no record names: the catalog, sources, what 'buildit binhost gc' will remove)");
        return 0;
    }

    private static async Task<Dictionary<Holding, HashSet<Digest>>> BlobsAsync(IKeptPlace place, Inventory inventory, Dictionary<Digest, long> sizes, CancellationToken cancel)
    {
        var blobs = new Dictionary<Holding, HashSet<Digest>>();
        foreach (var holding in inventory.Holdings)
        {
            var parts = holding.IsImage && sizes.TryGetValue(holding.Image, out var size) ? await Inventory.PartsAsync(place, holding.Image, size, cancel) : new HashSet<Digest>();
            blobs[holding] = holding.Blobs.Concat(parts).Where(sizes.ContainsKey).ToHashSet();
        }

        return blobs;
    }

    private static string Count(int count, string word) => string.Create(CultureInfo.InvariantCulture, $"{count} {word}{(count == 1 ? "" : "s")}");

    private static string Json(Share[] shares, long total, long unused) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("bytes", total);
        json.WriteNumber("unusedBytes", unused);
        json.WriteStartArray("names");
        foreach (var share in shares)
        {
            json.WriteStartObject();
            json.WriteString("kind", share.Kind);
            json.WriteString("name", share.Name);
            json.WriteNumber("records", share.Records);
            json.WriteNumber("bytes", share.Bytes);
            json.WriteNumber("ownBytes", share.Own);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
