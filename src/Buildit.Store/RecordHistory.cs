using System.Collections.Immutable;
using System.Text;
using Buildit.Core;
using Buildit.Core.Explanations;
using Buildit.Core.Keys;
using Buildit.Core.Records;

namespace Buildit.Store;

/// <summary>What a store remembers of earlier builds: records by package, and preimages, which are blobs whose digest is the key.</summary>
public sealed class RecordHistory(ContentStore store) : IHistory
{
    // More would have to be read and compared each, and the nearest is nearly always among the newest.
    private const int Most = 64;

    private readonly Dictionary<string, ImmutableArray<PastRecord>> _known = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<PastRecord> Of(string package)
    {
        if (!_known.TryGetValue(package, out var records))
        {
            _known[package] = records =
            [
                .. store.Index.FindRecordsOf(package).OrderByDescending(Written).ThenBy(d => d).Select(Read).OfType<PastRecord>().Where(p => p.Record.Package == package).Take(Most),
            ];
        }

        return records;
    }

    /// <inheritdoc/>
    public string? Preimage(Digest recipeKey) => store.ReadBlob(recipeKey) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>A record and its preimage, by the digest of the record's blob; null if the store does not have both.</summary>
    public PastRecord? Read(Digest blob) =>
        store.ReadBlob(blob) is { } bytes && RecordFormat.Read(bytes) is { } record && Preimage(record.Preimage) is { } preimage ? new(record, preimage) : null;

    // The time matters for what is shown to people alone: of two equally near records, the newer one.
    private DateTime Written(Digest blob) => File.GetLastWriteTimeUtc(store.Paths.Blob(blob));
}
