using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Recipes;

/// <summary>Conditions on a version, for example <c>&gt;=1.26 &lt;1.28</c>: all of them must hold.</summary>
public static partial class VersionTerms
{
    /// <summary>Reads the terms; what cannot be read goes into the bag.</summary>
    public static ImmutableArray<VersionTerm> Parse(Spanned<string> text, DiagnosticBag bag)
    {
        if (!Whole().IsMatch(text.Value))
        {
            bag.Error(text.Span, $"'{text.Value}' is not a version condition", "write terms like '>=1.26 <1.28', with >=, <=, >, < or =");
            return [];
        }

        return [.. Term().Matches(text.Value).Select(m => new VersionTerm(m.Groups[1].Value, m.Groups[2].Value))];
    }

    /// <summary>Whether all terms hold for a version.</summary>
    public static bool Match(ImmutableArray<VersionTerm> terms, string version) => terms.All(term => Holds(term, version));

    private static bool Holds(VersionTerm term, string version)
    {
        var order = VersionOrder.Compare(version, term.Version);
        return term.Relation switch
        {
            ">=" => order >= 0,
            "<=" => order <= 0,
            ">" => order > 0,
            "<" => order < 0,
            _ => order == 0,
        };
    }

    [GeneratedRegex(@"(>=|<=|>|<|=)\s*([0-9][A-Za-z0-9.+~_-]*)")]
    private static partial Regex Term();

    [GeneratedRegex(@"^\s*((>=|<=|>|<|=)\s*[0-9][A-Za-z0-9.+~_-]*(\s+|$))+$")]
    private static partial Regex Whole();
}
