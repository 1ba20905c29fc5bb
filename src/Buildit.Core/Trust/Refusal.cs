namespace Buildit.Core.Trust;

/// <summary>Why a record does not count.</summary>
public enum RefusalKind
{
    /// <summary>Nobody signed it.</summary>
    NotSigned,

    /// <summary>It is signed by a key that nobody here has accepted.</summary>
    UnknownKey,

    /// <summary>It is signed by a key that is trusted, but for another binhost.</summary>
    WrongKey,

    /// <summary>The signature that a trusted key is said to have made is not over these bytes.</summary>
    BadSignature,

    /// <summary>The key's last day is over.</summary>
    Expired,

    /// <summary>The key's first day is yet to come.</summary>
    NotYetValid,

    /// <summary>Fewer trusted keys have signed it than are required.</summary>
    TooFew,

    /// <summary>It is not a record, or one about another package or key.</summary>
    WrongStatement,
}

/// <summary>A record that does not count: as if it were not there, but with a reason.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Reason">The same in words, to be read after "but": "it is not signed".</param>
/// <param name="Key">The key that it is about, if it is about one.</param>
public sealed record Refusal(RefusalKind Kind, string Reason, Digest? Key = null);
