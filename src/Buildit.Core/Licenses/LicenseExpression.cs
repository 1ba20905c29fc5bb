using System.Collections.Immutable;

namespace Buildit.Core.Licenses;

/// <summary>
/// A license expression of SPDX 2.3 (Annex D): identifiers joined by <c>WITH</c>, <c>AND</c> and <c>OR</c>, in falling order of strength, and parentheses.
/// </summary>
public abstract record LicenseExpression
{
    private LicenseExpression()
    {
    }

    /// <summary>One license.</summary>
    /// <param name="Id">As on the list, with a <c>+</c> after it if it was written so; or <c>LicenseRef-...</c>.</param>
    /// <param name="Exception">What stood after <c>WITH</c>, or null.</param>
    public sealed record Term(string Id, string? Exception = null) : LicenseExpression
    {
        /// <inheritdoc/>
        public override string ToString() => Exception is null ? Id : $"{Id} WITH {Exception}";
    }

    /// <summary>All count.</summary>
    public sealed record And(ImmutableArray<LicenseExpression> Parts) : LicenseExpression
    {
        /// <inheritdoc/>
        public override string ToString() => string.Join(" AND ", Parts.Select(p => p is Or ? $"({p})" : p.ToString()));
    }

    /// <summary>One may be chosen.</summary>
    public sealed record Or(ImmutableArray<LicenseExpression> Parts) : LicenseExpression
    {
        /// <inheritdoc/>
        public override string ToString() => string.Join(" OR ", Parts.Select(p => p.ToString()));
    }

    /// <summary>The licenses in it, in the order written.</summary>
    public IEnumerable<Term> Terms => this switch
    {
        Term term => [term],
        And and => and.Parts.SelectMany(p => p.Terms),
        Or or => or.Parts.SelectMany(p => p.Terms),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>All of several licenses, each once.</summary>
    public static LicenseExpression AllOf(IEnumerable<LicenseExpression> parts)
    {
        LicenseExpression[] all = [.. parts.SelectMany(p => p is And and ? and.Parts : [p]).DistinctBy(p => p.ToString()).OrderBy(p => p.ToString(), StringComparer.Ordinal)];
        return all is [var only] ? only : new And([.. all]);
    }

    /// <summary>Reads an expression; null if it is none, and then <paramref name="mistake"/> says why. Whether the list has its identifiers is another question: <see cref="Unknown"/>.</summary>
    public static LicenseExpression? Parse(string text, out string? mistake)
    {
        var reader = new LicenseReader(text);
        var expression = reader.Read();
        mistake = reader.Mistake;
        return mistake is null ? expression : null;
    }

    /// <summary>The identifiers that the SPDX License List does not have, each once: of licenses and of exceptions.</summary>
    public IEnumerable<(string Id, bool IsException)> Unknown => Terms
        .SelectMany(t => new (string? Id, bool IsException)[] { (IsKnown(t) ? null : t.Id, false), (t.Exception is null || LicenseIds.Exceptions.Contains(t.Exception) ? null : t.Exception, true) })
        .Where(u => u.Id is not null)
        .Select(u => (u.Id!, u.IsException))
        .Distinct();

    /// <summary>The same with identifiers as the list spells them, and what it does not have as <c>LicenseRef-...</c>, so that it is valid wherever only the list counts.</summary>
    public LicenseExpression Listed => this switch
    {
        Term term => IsKnown(term) && (term.Exception is null || LicenseIds.Exceptions.Contains(term.Exception)) ? Spelled(term) : new Term(Reference(term.ToString())),
        And and => new And([.. and.Parts.Select(p => p.Listed)]),
        Or or => new Or([.. or.Parts.Select(p => p.Listed)]),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>A name as <c>LicenseRef-...</c>, of letters, digits, '.' and '-'.</summary>
    public static string Reference(string name) =>
        LicenseReader.RefPrefix + string.Concat((name.StartsWith(LicenseReader.RefPrefix, StringComparison.Ordinal) ? name[LicenseReader.RefPrefix.Length..] : name).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '-'));

    private static bool IsKnown(Term term) => LicenseIds.Has(Bare(term.Id)) || term.Id.StartsWith(LicenseReader.RefPrefix, StringComparison.Ordinal) || term.Id.StartsWith("DocumentRef-", StringComparison.Ordinal);

    private static Term Spelled(Term term)
    {
        var bare = Bare(term.Id);
        var id = LicenseIds.Licenses.TryGetValue(bare, out var listed) || LicenseIds.Deprecated.TryGetValue(bare, out listed) ? listed + term.Id[bare.Length..] : term.Id;
        return new(id, term.Exception is { } e && LicenseIds.Exceptions.TryGetValue(e, out var exception) ? exception : null);
    }

    private static string Bare(string id) => LicenseIds.Has(id) ? id : id.TrimEnd('+');
}
