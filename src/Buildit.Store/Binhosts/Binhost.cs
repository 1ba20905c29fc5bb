using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Records;
using Buildit.Core.Trust;

namespace Buildit.Store.Binhosts;

/// <summary>One binhost as it is read from: a place, and whose signatures count there.</summary>
public sealed class Binhost : IDisposable
{
    private const int AtOnce = 64;
    private readonly SemaphoreSlim _asked = new(AtOnce);
    private readonly CatalogReader _catalog;
    private readonly Lazy<TrustPolicy> _trust;
    private readonly TimeProvider _clock;
    private readonly Action<BinhostEvent> _report;

    /// <param name="name">For people.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="trust">Whose signatures count; asked when there is a record to judge.</param>
    /// <param name="cache">Directory for what is remembered of its catalog between runs; null = nothing is.</param>
    /// <param name="limits">Patience with it.</param>
    /// <param name="clock">For patience, and for the validity of keys.</param>
    /// <param name="report">Told what goes wrong.</param>
    public Binhost(string name, IPlace place, Func<TrustPolicy> trust, string? cache, PlaceLimits limits, TimeProvider clock, Action<BinhostEvent> report)
    {
        (Name, _trust, _clock, _report) = (name, new(trust), clock, report);
        Place = new(place, limits, clock, reason => report(new BinhostEvent.Failed(place.Address, reason) { Binhost = name, IsCatalogBroken = _catalog!.IsBroken }));
        _catalog = new(Place, cache);
    }

    /// <summary>For people, and for <c>--push=NAME</c>.</summary>
    public string Name { get; }

    /// <summary>Whose signatures count.</summary>
    public TrustPolicy Trust => _trust.Value;

    /// <summary>Where it is.</summary>
    public GuardedPlace Place { get; }

    /// <summary>The envelope of the record that a key finds, whoever signed it; null if there is none, or the place does not work (which was told then).</summary>
    public async Task<Envelope?> FindAsync(Digest key, CancellationToken cancel)
    {
        try
        {
            return await RecordOfAsync(key, cancel) is { } record && await ReadAsync(record, cancel) is { } document
                ? Envelope.Read(document.Content) ?? Envelope.Of(default)
                : null;
        }
        catch (PlaceException)
        {
            return null;
        }
    }

    /// <summary>All that its catalog lists; nothing if the place does not work, which was told then.</summary>
    public async Task<ImmutableArray<CatalogRow>> ListAsync(CancellationToken cancel)
    {
        try
        {
            return await _catalog.ListAsync(cancel);
        }
        catch (PlaceException)
        {
            return [];
        }
    }

    /// <summary>Under which of these keys it had a record when it was last asked, as far as that is known; nothing is asked now.</summary>
    public IReadOnlySet<Digest> HadRecords(IEnumerable<Digest> keys) => _catalog.Remembered(keys);

    /// <summary>Reads an envelope that counts; null, and why, if it does not. Nothing of what is not signed is looked at.</summary>
    /// <param name="envelope">What was found.</param>
    /// <param name="open">Reads the statement; null if it is another kind of thing.</param>
    /// <param name="objection">What speaks against the statement being the one that was looked for; null if nothing does.</param>
    /// <param name="refusal">Why it does not count.</param>
    public T? Judge<T>(Envelope envelope, Func<Envelope, T?> open, Func<T, string?> objection, out Refusal? refusal)
        where T : class
    {
        refusal = envelope.Payload.IsEmpty ? new(RefusalKind.WrongStatement, "what it has there is no record") : Trust.Judge(envelope, _clock.GetUtcNow());
        var statement = refusal is null ? open(envelope) : null;
        var wrong = statement is null ? "it is not what its name says" : objection(statement);
        refusal ??= wrong is null ? null : new(RefusalKind.WrongStatement, wrong);
        return refusal is null ? statement : null;
    }

    /// <summary>Tells that something which a record names cannot be had.</summary>
    public void Lacks(string subject, string reason, string? target) => _report(new BinhostEvent.Incomplete(subject, reason) { Binhost = Name, Target = target });

    /// <summary>Tells of a finished download.</summary>
    public void Gave(long bytes) => _report(new BinhostEvent.Downloaded(bytes) { Binhost = Name });

    /// <inheritdoc/>
    public void Dispose()
    {
        _asked.Dispose();
        Place.Dispose();
    }

    private async Task<Digest?> RecordOfAsync(Digest key, CancellationToken cancel) => Place.FindsByName ? key : await _catalog.FindAsync(key, cancel);

    private async Task<PlaceDocument?> ReadAsync(Digest record, CancellationToken cancel)
    {
        // To wait for one's turn must not count as waiting for the place.
        await _asked.WaitAsync(cancel);
        try
        {
            return await Place.GetAsync(BinhostLayout.Record(record), null, cancel);
        }
        finally
        {
            _asked.Release();
        }
    }
}
