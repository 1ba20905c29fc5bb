using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.ImageTests;

/// <summary>A regular expression of a test. It takes time in proportion to the text and no more, as Go's do, for which these files are written.</summary>
public sealed class Pattern
{
    private readonly Regex _regex;

    private Pattern(Regex regex) => _regex = regex;

    /// <summary>Reads one; null if it is none, which the bag then has.</summary>
    public static Pattern? Parse(Spanned<string> text, DiagnosticBag bag)
    {
        try
        {
            return new(new(text.Value, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (RegexParseException e)
        {
            bag.Error(text.Span, $"'{text.Value}' is not a regular expression: {e.Message.TrimEnd('.')}", "write a backslash before what is meant as it is: '1\\.0'");
        }
        catch (NotSupportedException)
        {
            bag.Error(text.Span, $"'{text.Value}' looks back or around, which regular expressions of tests cannot do", "leave out back references, lookahead and lookbehind");
        }

        return null;
    }

    /// <summary>Whether it matches anything in a text.</summary>
    public bool IsIn(string text) => _regex.IsMatch(text);

    /// <summary>As it is written.</summary>
    public override string ToString() => _regex.ToString();
}
