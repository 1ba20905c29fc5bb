using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Binhosts.Keeping;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts.Keeping;

/// <summary>A record as it lies in a place.</summary>
/// <param name="File">Where.</param>
/// <param name="Key">That its name says.</param>
/// <param name="Envelope">What it is; null if it is no envelope.</param>
/// <param name="Holding">What it says; null if it is no record.</param>
public sealed record InventoryRecord(PlaceFile File, Digest Key, Envelope? Envelope, Holding? Holding);

/// <summary>All that a place has: its files, and what its records say.</summary>
/// <param name="Files">All files, by path.</param>
/// <param name="Records">All files that are named like records.</param>
/// <param name="Tagged">Digests that the image index names.</param>
/// <param name="Pins">What somebody wants to stay.</param>
public sealed record Inventory(ImmutableArray<PlaceFile> Files, ImmutableArray<InventoryRecord> Records, IReadOnlySet<Digest> Tagged, PinList Pins)
{
    private const int AtOnce = 32;

    /// <summary>Whether the image index is there and cannot be read, so that nobody knows what is tagged.</summary>
    public bool HasBrokenIndex { get; init; }

    /// <summary>The records that can be read.</summary>
    public IEnumerable<Holding> Holdings => Records.Select(r => r.Holding).OfType<Holding>();

    /// <summary>The blobs, by digest.</summary>
    public IEnumerable<(Digest Digest, PlaceFile File)> Blobs => Files.Select(f => (Digest: DigestIn(f, BinhostLayout.Blobs), File: f)).Where(b => !b.Digest.IsEmpty);

    /// <summary>Reads all of it. Throws <see cref="PlaceException"/>.</summary>
    public static async Task<Inventory> ReadAsync(IKeptPlace place, CancellationToken cancel)
    {
        var files = await place.ListAsync("", cancel);
        var records = new ConcurrentBag<InventoryRecord>();
        var named = files.Select(f => (File: f, Key: DigestIn(f, BinhostLayout.Records))).Where(r => !r.Key.IsEmpty && r.File.Path == BinhostLayout.Record(r.Key));
        await Parallel.ForEachAsync(named, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (record, stop) =>
        {
            var envelope = await place.GetAsync(record.File.Path, null, stop) is { } document ? Envelope.Read(document.Content) : null;
            var holding = envelope is null ? null : Holding.Of(record.Key, envelope, record.File.Modified);
            records.Add(new(record.File, record.Key, envelope, holding is null ? null : await WithPreimageAsync(place, holding, stop)));
        });
        var tagged = await TaggedAsync(place, cancel);
        return new([.. files], [.. records.OrderBy(r => r.Key)], tagged ?? new HashSet<Digest>(), await PinsAsync(place, cancel)) { HasBrokenIndex = tagged is null };
    }

    /// <summary>The pins of a place. Throws <see cref="PlaceException"/> for a list that cannot be read: whatever it said is not to be lost.</summary>
    public static async Task<PinList> PinsAsync(IPlace place, CancellationToken cancel) =>
        await place.GetAsync(BinhostLayout.Pins, null, cancel) is not { } document ? PinList.Empty
        : PinList.Parse(document.Content.Span) ?? throw new PlaceException($"has a file '{BinhostLayout.Pins}' that is no list of pins");

    /// <summary>An image and what its manifest names, if it has one.</summary>
    public static async Task<IReadOnlySet<Digest>> PartsAsync(IPlace place, Digest image, long size, CancellationToken cancel) =>
        size <= BinhostLayout.LargestDocument && await place.ReadBlobAsync(image, cancel) is { } bytes && bytes.AsSpan().StartsWith("{"u8) && OciIndex.DigestsIn(bytes) is { } digests
            ? digests.Append(image).ToHashSet()
            : new HashSet<Digest> { image };

    /// <summary>Of the bytes of a file: of none if it has gone.</summary>
    public static async Task<Digest> DigestAsync(IKeptPlace place, string path, CancellationToken cancel)
    {
        await using var content = await place.OpenAsync(path, cancel) ?? Stream.Null;
        return Digest.FromHash(await SHA256.HashDataAsync(content, cancel));
    }

    private static async Task<Holding> WithPreimageAsync(IPlace place, Holding holding, CancellationToken cancel)
    {
        try
        {
            return !holding.IsImage && await place.ReadBlobAsync(holding.Key, cancel) is { } bytes ? holding.With(Preimage.Parse(Encoding.UTF8.GetString(bytes))) : holding;
        }
        catch (FormatException)
        {
            return holding;
        }
    }

    private static async Task<IReadOnlySet<Digest>?> TaggedAsync(IPlace place, CancellationToken cancel) =>
        await place.GetAsync(BinhostLayout.ImageIndex, null, cancel) is not { } index ? new HashSet<Digest>()
        : OciIndex.DigestsIn(index.Content);

    private static Digest DigestIn(PlaceFile file, string directory) =>
        file.Path.StartsWith(directory + "/", StringComparison.Ordinal) && file.Path[(file.Path.LastIndexOf('/') + 1)..] is { Length: 64 } name && Digest.TryParse(name, out var digest) ? digest : default;
}
