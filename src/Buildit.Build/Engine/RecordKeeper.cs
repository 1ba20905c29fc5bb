using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Buildit.Core;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Store;
using Buildit.Store.Trees;

namespace Buildit.Build.Engine;

/// <summary>Finds and writes records. A record counts only while everything that it names is there.</summary>
public sealed class RecordKeeper(ContentStore store, Platform platform)
{
    // A blob never changes, so that it need not be read, verified and parsed again; it only may go.
    private readonly ConcurrentDictionary<Digest, Record> _parsed = [];

    /// <summary>The record of a package, if the store has it and the outputs that are needed.</summary>
    public Record? Find(Package package, Need need) => store.Index.FindRecord(package.Key) is { } blob ? Read(blob, need) : null;

    /// <summary>A record of the same action, if the store has it and the outputs that are needed.</summary>
    public Record? Find(BuildKey key, Need need) => store.Index.FindRecord(key) is { } blob ? Read(blob, need) : null;

    /// <summary>The envelope of a package's record as the store has it: signed if it came from a binhost, not signed if it was made here.</summary>
    public Envelope? FindEnvelope(Package package) => store.Index.FindRecord(package.Key) is { } blob && store.ReadBlob(blob) is { } bytes ? Envelope.Read(bytes) : null;

    /// <summary>Throws if no record can be kept.</summary>
    public void RequireWritable() => store.RequireWritable();

    /// <summary>Makes outputs and their record part of the store.</summary>
    public async Task<Realised> KeepAsync(
        Package package, BuildKey buildKey, ImmutableSortedDictionary<string, StoredTree> outputs, ImmutableArray<string> runtimeNeeds, ImmutableArray<string> sonames,
        ImmutableArray<Material> materials, long sourceDate, CancellationToken cancel)
    {
        var record = new Record
        {
            Package = package.Name,
            Version = package.Version,
            Platform = platform,
            RecipeKey = package.Key,
            BuildKey = buildKey,
            Outputs = outputs.ToImmutableSortedDictionary(o => o.Key, o => o.Value.DiffId, StringComparer.Ordinal),
            RuntimeNeeds = runtimeNeeds,
            Sonames = sonames,
            Materials = materials,
            Preimage = Digest.Of(package.Preimage),
            SourceDate = sourceDate,
        };
        return await KeepAsync(package, record, RecordFormat.Seal(record), [.. outputs.Values], cancel);
    }

    /// <summary>Gives outputs that are there already a record under a further recipe key.</summary>
    public Task<Realised> KeepAgainAsync(Package package, Record same, CancellationToken cancel)
    {
        var again = same with { RecipeKey = package.Key, Preimage = Digest.Of(package.Preimage) };
        return KeepAsync(package, again, RecordFormat.Seal(again), [], cancel);
    }

    /// <summary>Keeps a record from a binhost, with its signatures. What is needed of its outputs is there already.</summary>
    public Task<Realised> KeepPulledAsync(Package package, Record record, Envelope envelope, CancellationToken cancel) => KeepAsync(package, record, envelope.Bare, [], cancel);

    private async Task<Realised> KeepAsync(Package package, Record record, Envelope envelope, IReadOnlyCollection<StoredTree> trees, CancellationToken cancel)
    {
        var bytes = envelope.Write();
        await store.CommitAsync(trees, [bytes, .. Preimages(package).Select(Encoding.UTF8.GetBytes)], cancel);
        store.Index.AddRecord(package.Key, record.BuildKey, Digest.Of(bytes), package.DisplayName);
        return new(package, record);
    }

    /// <summary>The preimage of a package, and those that it names and that were not kept yet, since not all of them are made for it.</summary>
    private List<string> Preimages(Package package)
    {
        var kept = new HashSet<Digest> { package.Key.Digest };
        var preimages = new List<string> { package.Preimage };
        var waiting = new Stack<Package>(package.Dependencies);
        while (waiting.TryPop(out var dependency))
        {
            if (kept.Add(dependency.Key.Digest) && !store.HasBlob(dependency.Key.Digest))
            {
                preimages.Add(dependency.Preimage);
                foreach (var next in dependency.Dependencies)
                {
                    waiting.Push(next);
                }
            }
        }

        return preimages;
    }

    /// <summary>The record in a blob, if the outputs that are needed are there.</summary>
    public Record? Read(Digest blob, Need need) =>
        (_parsed.TryGetValue(blob, out var known) && store.HasBlob(blob) ? known : Parse(blob)) is { } record && Has(record, need) ? record : null;

    /// <summary>Whether the outputs that are needed are there.</summary>
    public bool Has(Record record, Need need) => need.Of(record).All(o => store.HasTree(record.Outputs[o]));

    private Record? Parse(Digest blob) => store.ReadBlob(blob) is { } bytes && RecordFormat.Read(bytes) is { } record ? _parsed[blob] = record : null;
}
