using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core.Records;

namespace Buildit.Core.Trust;

/// <summary>Whose signatures count for the records of one binhost.</summary>
/// <param name="Keys">The trusted keys.</param>
/// <param name="Required">How many different ones of them must have signed a record; at least 1.</param>
/// <param name="Elsewhere">Keys that are trusted for other binhosts, only to say so: name of that binhost by key id.</param>
public sealed record TrustPolicy(ImmutableArray<PublicKey> Keys, int Required, ImmutableDictionary<Digest, string> Elsewhere)
{
    /// <summary>Nothing is trusted.</summary>
    public static TrustPolicy Nobody { get; } = new([], 1, ImmutableDictionary<Digest, string>.Empty);

    /// <summary>Whether an envelope counts at this time: null if it does, else why not.</summary>
    public Refusal? Judge(Envelope envelope, DateTimeOffset now)
    {
        var signed = envelope.SignedBytes;
        var judged = envelope.Signatures.Select(s => (Signature: s, Refusal: Judge(s, signed, now))).ToArray();
        // As digests: one key may be named in two spellings.
        var good = judged.Where(j => j.Refusal is null).Select(j => Digest.Parse(j.Signature.KeyId)).Distinct().Count();
        if (good >= Math.Max(1, Required))
        {
            return null;
        }

        return good > 0
            ? new(RefusalKind.TooFew, string.Create(CultureInfo.InvariantCulture, $"it is signed by {good} of {Required} trusted keys that it needs"))
            : judged.Select(j => j.Refusal!).OrderBy(Rank).FirstOrDefault() ?? new(RefusalKind.NotSigned, "it is not signed");
    }

    // What tells most about a mistake comes first.
    private static int Rank(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.BadSignature => 0,
        RefusalKind.Expired => 1,
        RefusalKind.NotYetValid => 2,
        RefusalKind.WrongKey => 3,
        _ => 4,
    };

    private Refusal? Judge(EnvelopeSignature signature, byte[] signed, DateTimeOffset now)
    {
        if (!Digest.TryParse(signature.KeyId, out var id))
        {
            return new(RefusalKind.UnknownKey, "it is signed by a key that it does not name");
        }

        if (Keys.FirstOrDefault(k => k.Id == id) is not { } key)
        {
            return Elsewhere.TryGetValue(id, out var place)
                ? new(RefusalKind.WrongKey, $"it is signed by the key {id.Hex}, which is trusted for '{place}' only", id)
                : new(RefusalKind.UnknownKey, $"it is signed by the unknown key {id.Hex}", id);
        }

        return !key.Verifies(signed, signature.Value.Span) ? new(RefusalKind.BadSignature, $"its signature by the key {key.Id.Hex} is wrong: it was changed after it was signed", key.Id)
            : key.NotAfter < now ? new(RefusalKind.Expired, $"the key {key.Id.Hex} that signed it counts until {PublicKey.Date(key.NotAfter)} only", key.Id)
            : key.NotBefore > now ? new(RefusalKind.NotYetValid, $"the key {key.Id.Hex} that signed it does not count before {PublicKey.Date(key.NotBefore)}", key.Id)
            : null;
    }
}
