using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Buildit.Core;
using Buildit.Core.Keys;
using Buildit.Core.Records;

namespace Buildit.Store.Binhosts;

/// <summary>A record that counts, and where it was found.</summary>
/// <param name="Record">What it says.</param>
/// <param name="Envelope">How it was signed, and which forms of its outputs are there.</param>
/// <param name="Binhost">Whose it is.</param>
public sealed record FoundRecord<T>(T Record, Envelope Envelope, Binhost Binhost);

/// <summary>
/// The binhosts of a workspace, in order of preference. A record comes from one of them, and counts by the keys that are trusted for that one; the blobs that it names
/// may come from any. Nothing here ever fails a build: what does not work is told once, and is as if it were not there.
/// </summary>
public sealed class BinhostSet(ContentStore store, ImmutableArray<Binhost> binhosts, TimeProvider time, Action<BinhostEvent> report) : IDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<BinhostEvent.Refused>> _refused = new(StringComparer.Ordinal);
    private readonly BlobPull _pull = new(store, time, report);
    private readonly ConcurrentDictionary<(string Binhost, Digest Key), Lazy<Task<Envelope?>>> _found = [];

    /// <summary>The binhosts, in order.</summary>
    public ImmutableArray<Binhost> All { get; } = binhosts;

    /// <summary>What the command is about, as it was written; goes into hints.</summary>
    public string? Target { get; set; }

    /// <summary>Whether a binhost failed in this run, so that what it has is not known.</summary>
    public bool HasFailed => All.Any(b => b.Place.HasFailed);

    /// <summary>All records of a key that count, in the binhosts' order. Every binhost is asked at once.</summary>
    /// <param name="key">Recipe key, build key or image key.</param>
    /// <param name="subject">What is looked for, for people.</param>
    /// <param name="open">Reads the statement.</param>
    /// <param name="objection">What speaks against a statement being the one that was looked for; null if nothing does.</param>
    /// <param name="cancel">Ends it.</param>
    public async IAsyncEnumerable<FoundRecord<T>> FindAsync<T>(Digest key, string subject, Func<Envelope, T?> open, Func<T, string?> objection, [EnumeratorCancellation] CancellationToken cancel)
        where T : class
    {
        var asked = All.Select(b => (Binhost: b, Envelope: EnvelopeAsync(b, key, cancel))).ToArray();
        foreach (var (binhost, pending) in asked)
        {
            if (await pending is { } envelope && Judge(binhost, envelope, subject, open, objection) is { } record)
            {
                yield return new(record, envelope, binhost);
            }
        }
    }

    /// <summary>Begins to look for the records of keys that will be asked for one after the other: in as many round trips as for one of them.</summary>
    public void Foresee(IEnumerable<Digest> keys, CancellationToken cancel)
    {
        // Where nobody is asked, it is not worth while to find out which keys they are.
        foreach (var key in All.IsEmpty ? [] : keys)
        {
            foreach (var binhost in All)
            {
                _ = EnvelopeAsync(binhost, key, cancel);
            }
        }
    }

    /// <summary>The refusals of records of a subject so far.</summary>
    public IReadOnlyCollection<BinhostEvent.Refused> RefusalsOf(string subject) => _refused.GetValueOrDefault(subject) ?? (IReadOnlyCollection<BinhostEvent.Refused>)[];

    /// <summary>Sees to it that an output of a package is in the store. What is amiss in the binhosts is told; false if it cannot be had.</summary>
    /// <param name="diffId">Of the output.</param>
    /// <param name="key">Key of the record that names it: what any binhost says under it about forms of the output is a good hint.</param>
    /// <param name="subject">For people.</param>
    /// <param name="first">The binhost to ask first, or null.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<bool> PullOutputAsync(Digest diffId, RecipeKey key, string subject, Binhost? first, CancellationToken cancel)
    {
        Binhost[] order = [.. All.OrderBy(b => b == first ? 0 : 1)];
        var envelopes = await Task.WhenAll(order.Select(b => EnvelopeAsync(b, key.Digest, cancel)));
        return await _pull.TreeAsync(diffId, FormsOf(diffId, envelopes), order, (binhost, reason) => binhost.Lacks(subject, reason, Target), cancel);
    }

    /// <summary>Whether an output of a package is in the store, or a binhost has a form of it that could be taken.</summary>
    /// <param name="diffId">Of the output.</param>
    /// <param name="key">Key of the record that names it.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<bool> HasOutputAsync(Digest diffId, RecipeKey key, CancellationToken cancel)
    {
        if (store.HasTree(diffId))
        {
            return true;
        }

        var envelopes = await Task.WhenAll(All.Select(b => EnvelopeAsync(b, key.Digest, cancel)));
        var forms = FormsOf(diffId, envelopes);
        return _pull.Here(diffId, forms).Any() || await HasAnyBlobAsync([.. forms.Select(f => f.Digest).Distinct()], cancel);
    }

    /// <summary>Whether a binhost has one of these blobs. One that does not work has nothing.</summary>
    public async Task<bool> HasAnyBlobAsync(IReadOnlyCollection<Digest> blobs, CancellationToken cancel)
    {
        foreach (var binhost in blobs.Count == 0 ? [] : All)
        {
            try
            {
                if ((await binhost.Place.FindBlobsAsync(blobs, cancel)).Count > 0)
                {
                    return true;
                }
            }
            catch (PlaceException)
            {
            }
        }

        return false;
    }

    /// <summary>Sees to it that a blob is in the store; gives its path, or null if it cannot be had.</summary>
    /// <param name="digest">Of the blob.</param>
    /// <param name="size">Of the blob, where known.</param>
    /// <param name="subject">For people.</param>
    /// <param name="first">The binhost whose record names it, which is told if it lacks it; null: nobody has promised to have it.</param>
    /// <param name="cancel">Ends it.</param>
    public Task<string?> PullBlobAsync(Digest digest, long? size, string subject, Binhost? first, CancellationToken cancel) =>
        _pull.BlobAsync(digest, size, All.OrderBy(b => b == first ? 0 : 1), (binhost, reason) => Lacks(binhost, subject, reason, first), cancel);

    /// <summary>Remembers that a blob of the store holds an output, so that this output need not be downloaded.</summary>
    public static void Remember(ContentStore store, LayerForm form) => BlobPull.Remember(store, form);

    /// <inheritdoc/>
    public void Dispose()
    {
        _pull.Dispose();
        foreach (var binhost in All)
        {
            binhost.Dispose();
        }
    }

    private static LayerForm[] FormsOf(Digest diffId, IEnumerable<Envelope?> envelopes) => [.. envelopes.SelectMany(e => e?.Layers ?? []).Where(f => f.DiffId == diffId).Distinct()];

    private void Lacks(Binhost binhost, string subject, string reason, Binhost? promised)
    {
        if (binhost == promised)
        {
            binhost.Lacks(subject, reason, Target);
        }
    }

    private T? Judge<T>(Binhost binhost, Envelope envelope, string subject, Func<Envelope, T?> open, Func<T, string?> objection)
        where T : class
    {
        var statement = binhost.Judge(envelope, open, objection, out var refusal);
        if (refusal is not null)
        {
            var refused = new BinhostEvent.Refused(subject, refusal) { Binhost = binhost.Name, Target = Target };
            _refused.GetOrAdd(subject, static _ => []).Enqueue(refused);
            report(refused);
        }

        return statement;
    }

    private Task<Envelope?> EnvelopeAsync(Binhost binhost, Digest key, CancellationToken cancel) =>
        _found.GetOrAdd((binhost.Name, key), _ => new(() => binhost.FindAsync(key, cancel))).Value;
}
