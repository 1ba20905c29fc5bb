using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Buildit.Core.Licenses;

/// <summary>Reads one license expression by recursive descent. The first mistake is kept; what is read after it means nothing.</summary>
internal sealed partial class LicenseReader(string text)
{
    internal const string RefPrefix = "LicenseRef-";
    private readonly Queue<string> _words = new(Word().Matches(text).Select(m => m.Value));
    private int _depth;

    /// <summary>What is wrong, or null.</summary>
    internal string? Mistake { get; private set; }

    internal LicenseExpression Read()
    {
        var expression = Or();
        if (_words.TryPeek(out var rest))
        {
            Wrong($"'{rest}' is too much");
        }

        return expression;
    }

    private LicenseExpression Or() => Joined("OR", And, parts => new LicenseExpression.Or(parts));

    private LicenseExpression And() => Joined("AND", Simple, parts => new LicenseExpression.And(parts));

    private LicenseExpression Joined(string word, Func<LicenseExpression> part, Func<ImmutableArray<LicenseExpression>, LicenseExpression> join)
    {
        var parts = ImmutableArray.Create(part());
        while (Mistake is null && Takes(word))
        {
            parts = parts.Add(part());
        }

        return parts is [var only] ? only : join(parts);
    }

    private LicenseExpression Simple()
    {
        if (!Takes("("))
        {
            var id = Identifier("a license");
            return new LicenseExpression.Term(id, Takes("WITH") ? Identifier("an exception") : null);
        }

        // Nobody means more, and a text from elsewhere may not use up the stack.
        if (++_depth > 50)
        {
            Wrong("there are too many parentheses within each other");
            return new LicenseExpression.Term("");
        }

        var inner = Or();
        _depth--;
        if (Mistake is null && !Takes(")"))
        {
            Wrong("a ')' is missing");
        }

        return inner;
    }

    private string Identifier(string what)
    {
        if (!_words.TryDequeue(out var word))
        {
            Wrong($"{what} is missing at the end");
        }
        else if (word is "(" or ")" || IsOperator(word) || !Form().IsMatch(word))
        {
            Wrong($"'{word}' stands where {what} has to be");
        }

        return word ?? "";
    }

    private bool Takes(string word) => _words.TryPeek(out var next) && (next == word || (IsOperator(next) && next.Equals(word, StringComparison.OrdinalIgnoreCase))) && _words.TryDequeue(out _);

    private static bool IsOperator(string word) => word is "AND" or "OR" or "WITH" or "and" or "or" or "with";

    private void Wrong(string mistake) => Mistake ??= mistake;

    [GeneratedRegex(@"[()]|[^\s()]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"^(DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9.-]+\+?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
