using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Records;
using Buildit.Core.Trust;

namespace Buildit.Store.Binhosts;

/// <summary>One binhost as it is read from: a place, and whose signatures count there.</summary>
public sealed class Binhost : IDisposable
{
    private readonly CatalogReader _catalog;
    private readonly TimeProvider _clock;
    private readonly Action<BinhostEvent> _report;

    /// <param name="name">For people.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="trust">Whose signatures count.</param>
    /// <param name="cache">Directory for what is remembered of its catalog between runs; null = nothing is.</param>
    /// <param name="limits">Patience with it.</param>
    /// <param name="clock">For patience, and for the validity of keys.</param>
    /// <param name="report">Told what goes wrong.</param>
    public Binhost(string name, IPlace place, TrustPolicy trust, string? cache, PlaceLimits limits, TimeProvider clock, Action<BinhostEvent> report)
    {
        (Name, Trust, _clock, _report) = (name, trust, clock, report);
        Place = new(place, limits, clock, reason => report(new BinhostEvent.Failed(place.Address, reason) { Binhost = name }));
        _catalog = new(Place, cache);
    }

    /// <summary>For people, and for <c>--push=NAME</c>.</summary>
    public string Name { get; }

    /// <summary>Whose signatures count.</summary>
    public TrustPolicy Trust { get; }

    /// <summary>Where it is.</summary>
    public GuardedPlace Place { get; }

    /// <summary>The envelope of the record that a key finds, whoever signed it; null if there is none, or the place does not work (which was told then).</summary>
    public async Task<Envelope?> FindAsync(Digest key, CancellationToken cancel)
    {
        try
        {
            return await _catalog.FindAsync(key, cancel) is { } record && await Place.GetAsync(BinhostLayout.Record(record), null, cancel) is { } document
                ? Envelope.Read(document.Content) ?? Envelope.Of(default)
                : null;
        }
        catch (PlaceException)
        {
            return null;
        }
    }

    /// <summary>Reads an envelope that counts; one that does not is told with its reason, and is null.</summary>
    /// <param name="envelope">What was found.</param>
    /// <param name="subject">What was looked for, for people.</param>
    /// <param name="open">Reads the statement; null if it is another kind of thing.</param>
    /// <param name="objection">What speaks against the statement being the one that was looked for; null if nothing does.</param>
    public T? Judge<T>(Envelope envelope, string subject, Func<Envelope, T?> open, Func<T, string?> objection)
        where T : class
    {
        if (Trust.Judge(envelope, _clock.GetUtcNow()) is { } refusal)
        {
            _report(new BinhostEvent.Refused(subject, refusal) { Binhost = Name });
            return null;
        }

        var statement = open(envelope);
        if ((statement is null ? "it is not what its name says" : objection(statement)) is not { } wrong)
        {
            return statement;
        }

        _report(new BinhostEvent.Refused(subject, new(RefusalKind.WrongStatement, wrong)) { Binhost = Name });
        return null;
    }

    /// <summary>Tells that something which a record names cannot be had.</summary>
    public void Lacks(string subject, string reason) => _report(new BinhostEvent.Incomplete(subject, reason) { Binhost = Name });

    /// <summary>Tells of a finished download.</summary>
    public void Gave(long bytes) => _report(new BinhostEvent.Downloaded(bytes) { Binhost = Name });

    /// <inheritdoc/>
    public void Dispose() => Place.Dispose();
}
