using Buildit.Build.Engine;
using Buildit.Core;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Planning;
using Buildit.Core.Records;
using Buildit.Store;

namespace Buildit.Build.Planning;

/// <summary>What a store has of the packages of a graph. The index is asked about all of them at once; a record is read when it is asked for.</summary>
public sealed class StoreAvailability(ContentStore store, RecordKeeper records, PackageGraph graph) : IAvailability
{
    private readonly IReadOnlyDictionary<RecipeKey, Digest> _blobs = store.Index.FindRecords(graph.Packages.Select(p => p.Key));
    private readonly Lazy<IReadOnlySet<string>> _made = new(() => store.Index.FindPackages(graph.Packages.Select(p => p.DisplayName)));
    private readonly Dictionary<Digest, long?> _sizes = [];
    private readonly Dictionary<(Digest Blob, Need Need), Record?> _read = [];

    /// <inheritdoc/>
    public Record? Find(Package package, Need need) => _blobs.TryGetValue(package.Key, out var blob) ? Read(blob, need) : null;

    /// <inheritdoc/>
    public bool IsElsewhere(Package package, Need need) => false;

    /// <inheritdoc/>
    public Record? Find(Package.Built package, BuildKey key, Func<Record, bool> fits, Need need) => Find(key, need) is { } same && fits(same) ? same : null;

    /// <inheritdoc/>
    public Record? FindImport(Package.Imported package) => Find(BuildKeys.Of(package), Need.All);

    /// <inheritdoc/>
    public bool WasMade(Package package) => _made.Value.Contains(package.DisplayName);

    /// <inheritdoc/>
    public long? SizeOf(Digest file)
    {
        if (!_sizes.TryGetValue(file, out var size))
        {
            _sizes[file] = size = new FileInfo(store.Paths.Blob(file)) is { Exists: true, Length: var length } ? length : null;
        }

        return size;
    }

    private Record? Find(BuildKey key, Need need) => store.Index.FindRecord(key) is { } blob ? Read(blob, need) : null;

    private Record? Read(Digest blob, Need need)
    {
        if (!_read.TryGetValue((blob, need), out var record))
        {
            _read[(blob, need)] = record = records.Read(blob, need);
        }

        return record;
    }
}
