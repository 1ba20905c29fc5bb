using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Buildit.Core.Licenses;

/// <summary>What a license policy says to a package.</summary>
public enum LicenseVerdict
{
    /// <summary>It may be in the image.</summary>
    Accepted,

    /// <summary>A license is denied, or is none of those that are allowed.</summary>
    Refused,

    /// <summary>Nothing says what its license is.</summary>
    Unknown,
}

/// <summary>
/// Which licenses an image may hold. Entries are identifiers, in which <c>*</c> stands for anything: <c>BSD-*</c>. An entry without <c>WITH</c> means a license with
/// whatever exception; one with it, that pair alone.
/// </summary>
/// <param name="Allow">If there are any: what is none of these is refused.</param>
/// <param name="Deny">What is one of these is refused, unless <paramref name="Allow"/> has it with its very exception.</param>
public sealed record LicensePolicy(ImmutableArray<string> Allow, ImmutableArray<string> Deny)
{
    private const string With = " WITH ";
    private readonly ImmutableArray<Regex> _allow = [.. Allow.Select(Pattern)];
    private readonly ImmutableArray<Regex> _deny = [.. Deny.Select(Pattern)];

    /// <summary>What it says to a license; null is one that nobody knows.</summary>
    public LicenseVerdict Judge(LicenseExpression? license) => license is null ? LicenseVerdict.Unknown : Refused(license).Any() ? LicenseVerdict.Refused : LicenseVerdict.Accepted;

    /// <summary>The licenses that stand in the way: of <c>OR</c> those of all parts, if none of them will do.</summary>
    public IEnumerable<LicenseExpression.Term> Refused(LicenseExpression license) => license switch
    {
        LicenseExpression.Term term => IsAccepted(term) ? [] : [term],
        LicenseExpression.And and => and.Parts.SelectMany(Refused).Distinct(),
        LicenseExpression.Or or => or.Parts.Any(p => !Refused(p).Any()) ? [] : or.Parts.SelectMany(Refused).Distinct(),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private bool IsAccepted(LicenseExpression.Term written)
    {
        var term = written with { Id = LicenseIds.Current(written.Id) };
        if (term.Exception is not null && _allow.Any(a => a.IsMatch(term.ToString())))
        {
            return true;
        }

        return !Matches(_deny, term) && (_allow.IsEmpty || Matches(_allow, term));
    }

    private static bool Matches(ImmutableArray<Regex> patterns, LicenseExpression.Term term) => patterns.Any(p => p.IsMatch(term.Id) || p.IsMatch(term.ToString()));

    private static string Current(string entry) => string.Join(With, entry.Split(With).Select((part, i) => i == 0 ? LicenseIds.Current(part) : part));

    private static Regex Pattern(string entry) => new($"^{Regex.Escape(Current(entry)).Replace("\\*", ".*", StringComparison.Ordinal)}\\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
