using System.Collections.Concurrent;
using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Binhosts.Keeping;
using Buildit.Core.Trust;
using Buildit.Store.Compression;
using Buildit.Store.Files;

namespace Buildit.Store.Binhosts.Keeping;

/// <summary>What is wrong with a file of a binhost.</summary>
public enum DefectKind
{
    /// <summary>It has other bytes than it must have.</summary>
    Damaged,

    /// <summary>Something names it, and it is not there.</summary>
    Missing,

    /// <summary>Its record is not signed by a key that counts.</summary>
    Refused,

    /// <summary>The catalog does not fit the records.</summary>
    Catalog,
}

/// <summary>A defect.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Path">The file.</param>
/// <param name="Reason">In words, to be read after the path.</param>
/// <param name="Subject">The package or image that cannot be used because of it; null if it is none in particular.</param>
/// <param name="Refusal">Of a record that does not count.</param>
public sealed record Defect(DefectKind Kind, string Path, string Reason, string? Subject = null, Refusal? Refusal = null);

/// <summary>Reads everything that a binhost has, and compares it with the digests that name it and the signatures on it.</summary>
/// <param name="place">What is looked at.</param>
/// <param name="trust">Whose signatures count.</param>
/// <param name="now">At which keys must count.</param>
/// <param name="read">Told how many bytes of blobs were read.</param>
public sealed class BinhostVerification(IKeptPlace place, TrustPolicy trust, DateTimeOffset now, Action<long> read)
{
    private readonly ConcurrentBag<Defect> _defects = [];

    /// <summary>The defects, by path.</summary>
    public async Task<ImmutableArray<Defect>> RunAsync(CancellationToken cancel)
    {
        var inventory = await Inventory.ReadAsync(place, cancel);
        var blobs = inventory.Blobs.ToDictionary(b => b.Digest, b => b.File);
        // What a blob must be when it is unpacked, as the records say that name it.
        var forms = inventory.Records.Where(r => r.Holding is not null).SelectMany(r => r.Envelope!.Layers.Select(l => (l.Digest, l.DiffId, r.Holding!.DisplayName))).ToLookup(l => l.Digest);
        await Parallel.ForEachAsync(blobs, cancel, async (blob, stop) => await LookAtBlobAsync(blob.Key, blob.Value, forms[blob.Key].ToLookup(f => f.DiffId, f => f.DisplayName), stop));
        foreach (var record in inventory.Records)
        {
            LookAtRecord(record, blobs);
        }

        await LookAtImagesAsync(inventory, blobs, cancel);
        await LookAtNamesAsync(inventory, cancel);
        await LookAtCatalogAsync(inventory, cancel);
        return [.. _defects.OrderBy(d => d.Path, StringComparer.Ordinal).ThenBy(d => d.Reason, StringComparer.Ordinal)];
    }

    private async Task LookAtBlobAsync(Digest digest, PlaceFile file, ILookup<Digest, string> diffIds, CancellationToken cancel)
    {
        if (await place.OpenBlobAsync(digest, 0, cancel) is not { } stream)
        {
            return;
        }

        // Hashed as it lies there and, if it is an output, as it is when it is unpacked, in one go.
        using var stored = new HashedReadStream(new Waited(stream));
        Digest? plain = null;
        if (diffIds.Count > 0)
        {
            plain = await Task.Run(() => Unpacked(stored), cancel);
        }

        await Task.Run(() => stored.CopyTo(Stream.Null, 1 << 17), cancel);
        read(stored.Count);
        if (stored.Digest != digest)
        {
            Add(DefectKind.Damaged, file.Path, "has other bytes than its name says", diffIds.FirstOrDefault()?.FirstOrDefault());
            return;
        }

        foreach (var wrong in diffIds.Where(d => d.Key != plain))
        {
            Add(DefectKind.Damaged, file.Path, $"is not the output {wrong.Key}, as which a record names it", wrong.First());
        }
    }

    private static Digest? Unpacked(Stream stored)
    {
        try
        {
            using var plain = new HashedReadStream(Decompressor.Open(new Lent(stored)));
            plain.CopyTo(Stream.Null, 1 << 17);
            return plain.Digest;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return null;
        }
    }

    private void LookAtRecord(InventoryRecord record, Dictionary<Digest, PlaceFile> blobs)
    {
        if (record.Envelope is not { } envelope || record.Holding is not { } holding)
        {
            Add(DefectKind.Damaged, record.File.Path, "is no record");
            return;
        }

        if (trust.Judge(envelope, now) is { } refusal)
        {
            _defects.Add(new(DefectKind.Refused, record.File.Path, refusal.Reason, holding.DisplayName, refusal));
        }
        else if (!IsAbout(envelope, record.Key))
        {
            Add(DefectKind.Damaged, record.File.Path, "is about something else than its name says", holding.DisplayName);
        }

        foreach (var missing in holding.Blobs.Where(b => !blobs.ContainsKey(b)))
        {
            Add(DefectKind.Missing, BinhostLayout.Blob(missing), "is not there, and a record names it", holding.DisplayName);
        }

        foreach (var output in holding.Outputs.Where(o => envelope.Layers.All(l => l.DiffId != o)))
        {
            Add(DefectKind.Missing, record.File.Path, $"names the output {output}, and no blob that holds it", holding.DisplayName);
        }
    }

    private static bool IsAbout(Core.Records.Envelope envelope, Digest key) =>
        (Core.Records.RecordFormat.Open(envelope)?.RecipeKey.Digest ?? Core.Records.ImageRecord.Open(envelope)?.Key) == key;

    private async Task LookAtImagesAsync(Inventory inventory, Dictionary<Digest, PlaceFile> blobs, CancellationToken cancel)
    {
        if (inventory.HasBrokenIndex)
        {
            Add(DefectKind.Damaged, BinhostLayout.ImageIndex, "is no image index, so that no image is found by its tag");
        }

        var names = inventory.Holdings.Where(h => h.IsImage).DistinctBy(h => h.Image).ToDictionary(h => h.Image, h => h.DisplayName);
        foreach (var image in names.Keys.Concat(inventory.Tagged).Distinct())
        {
            var parts = blobs.TryGetValue(image, out var file) ? await Inventory.PartsAsync(place, image, file.Size, cancel) : new HashSet<Digest> { image };
            foreach (var missing in parts.Where(p => !blobs.ContainsKey(p) && (p != image || !names.ContainsKey(p))))
            {
                Add(DefectKind.Missing, BinhostLayout.Blob(missing), $"is not there, and the image {image} needs it", names.GetValueOrDefault(image));
            }
        }
    }

    /// <summary>ACIs are blobs under a second name; on file systems without hard links they are copies, which may differ.</summary>
    private async Task LookAtNamesAsync(Inventory inventory, CancellationToken cancel)
    {
        var images = inventory.Holdings.Where(h => h.IsImage).SelectMany(h => h.Named.Select(n => (n.Key, n.Value, h.DisplayName))).ToLookup(n => n.Key);
        var there = inventory.Files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var named in images)
        {
            if (!there.Contains(named.Key))
            {
                Add(DefectKind.Missing, named.Key, "is not there, and a record names it", named.First().DisplayName);
            }
            else if (await Inventory.DigestAsync(place, named.Key, cancel) is var digest && named.All(n => n.Value != digest))
            {
                Add(DefectKind.Damaged, named.Key, "has other bytes than the image that its name says", named.First().DisplayName);
            }
        }
    }

    private async Task LookAtCatalogAsync(Inventory inventory, CancellationToken cancel)
    {
        var wanted = inventory.Holdings.SelectMany(h => h.Rows).Select(r => r.Key).ToHashSet();
        if (await KeptCatalog.ReadAsync(place, cancel) is not { } rows)
        {
            if (wanted.Count > 0)
            {
                Add(DefectKind.Catalog, BinhostLayout.Catalog, "is not there, or a part of it is not there or damaged");
            }

            return;
        }

        var listed = rows.Select(r => r.Key).ToHashSet();
        var records = inventory.Holdings.Select(h => h.Key).ToHashSet();
        foreach (var row in rows.Where(r => !records.Contains(r.Record)))
        {
            Add(DefectKind.Catalog, BinhostLayout.Catalog, $"lists the record {row.Record.Hex}, which is not there", row.Subject?.Name);
        }

        foreach (var key in wanted.Where(k => !listed.Contains(k)).Order())
        {
            Add(DefectKind.Catalog, BinhostLayout.Catalog, $"does not list {key.Hex}, so that nobody finds it");
        }
    }

    private void Add(DefectKind kind, string path, string reason, string? subject = null) => _defects.Add(new(kind, path, reason, subject));

    /// <summary>A stream that whoever takes it over does not close: what it leaves is read afterwards.</summary>
    private sealed class Lent(Stream stream) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer) => stream.Read(buffer);
    }

    /// <summary>A stream of a place, which may only be able to be read asynchronously, on a thread that has nothing else to do.</summary>
    private sealed class Waited(Stream stream) : ReadOnlyStream
    {
        private readonly byte[] _buffer = new byte[1 << 17];

        public override int Read(Span<byte> buffer)
        {
            var read = stream.ReadAsync(_buffer.AsMemory(0, Math.Min(_buffer.Length, buffer.Length))).AsTask().GetAwaiter().GetResult();
            _buffer.AsSpan(0, read).CopyTo(buffer);
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                stream.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
