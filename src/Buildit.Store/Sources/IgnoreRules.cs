using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Buildit.Store.Sources;

/// <summary>The rules of one ignore file, with gitignore's syntax and meaning (gitignore(5)).</summary>
public sealed class IgnoreRules
{
    private readonly ImmutableArray<Rule> _rules;

    private IgnoreRules(ImmutableArray<Rule> rules) => _rules = rules;

    private sealed record Rule(Regex Pattern, bool Negated, bool DirectoriesOnly);

    /// <summary>Reads the text of an ignore file.</summary>
    public static IgnoreRules Parse(string text) => new([.. text.Split('\n').Select(ParseLine).OfType<Rule>()]);

    /// <summary>
    /// What the last fitting rule says about a path relative to the ignore file's directory: true to leave it out, false to keep it
    /// (a rule with '!'), null if no rule fits.
    /// </summary>
    public bool? Ignores(string path, bool isDirectory)
    {
        for (var i = _rules.Length - 1; i >= 0; i--)
        {
            if ((isDirectory || !_rules[i].DirectoriesOnly) && _rules[i].Pattern.IsMatch(path))
            {
                return !_rules[i].Negated;
            }
        }

        return null;
    }

    private static Rule? ParseLine(string line)
    {
        line = WithoutTrailingSpaces(line.TrimEnd('\r'));
        if (line.Length == 0 || line[0] == '#')
        {
            return null;
        }

        var negated = line[0] == '!';
        var pattern = negated ? line[1..] : line;
        var directoriesOnly = pattern.EndsWith('/');
        pattern = directoriesOnly ? pattern[..^1] : pattern;
        // A slash at the start or in the middle ties the pattern to the ignore file's directory.
        var anchored = pattern.Contains('/', StringComparison.Ordinal);
        pattern = pattern.StartsWith('/') ? pattern[1..] : pattern;
        if (pattern.Length == 0)
        {
            return null;
        }

        return Compile($"\\A{(anchored ? "" : "(?:.*/)?")}{Translate(pattern)}\\z") is { } regex ? new(regex, negated, directoriesOnly) : null;
    }

    /// <summary>Null for a range that is upside down: like git, it fits nothing.</summary>
    private static Regex? Compile(string pattern)
    {
        try
        {
            return new(pattern, RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);
        }
        catch (RegexParseException)
        {
            return null;
        }
    }

    // "\ " at the end is a space that counts.
    private static string WithoutTrailingSpaces(string line)
    {
        var end = line.Length;
        while (end > 0 && line[end - 1] == ' ' && (end < 2 || line[end - 2] != '\\'))
        {
            end--;
        }

        return line[..end];
    }

    private static string Translate(string pattern)
    {
        var regex = new StringBuilder();
        for (var i = 0; i < pattern.Length;)
        {
            i += TranslateOne(pattern, i, regex);
        }

        return regex.ToString();
    }

    /// <summary>Translates what stands at <paramref name="i"/>; gives the number of characters that were used.</summary>
    private static int TranslateOne(string pattern, int i, StringBuilder regex)
    {
        var rest = pattern.AsSpan(i);
        var atStart = i == 0 || pattern[i - 1] == '/';
        if (atStart && rest.StartsWith("**/"))
        {
            regex.Append("(?:.*/)?");
            return 3;
        }

        if (atStart && rest is "**")
        {
            regex.Append(".*");
            return 2;
        }

        switch (rest[0])
        {
            case '*':
                regex.Append("[^/]*");
                return 1;
            case '?':
                regex.Append("[^/]");
                return 1;
            case '\\' when rest.Length > 1:
                regex.Append(Regex.Escape(rest[1].ToString()));
                return 2;
            case '[' when ClassEnd(rest) is var end and > 0:
                AppendClass(rest[1..end], regex);
                return end + 1;
            default:
                regex.Append(Regex.Escape(rest[0].ToString()));
                return 1;
        }
    }

    /// <summary>Index of the bracket that ends a class (one that comes first counts as a member), or 0.</summary>
    private static int ClassEnd(ReadOnlySpan<char> rest)
    {
        var first = rest.Length > 1 && rest[1] is '!' or '^' ? 3 : 2;
        return first < rest.Length && rest[first..].IndexOf(']') is var end and >= 0 ? first + end : 0;
    }

    private static void AppendClass(ReadOnlySpan<char> members, StringBuilder regex)
    {
        var negated = members[0] is '!' or '^';
        regex.Append(negated ? "[^/" : "[");
        for (var i = negated ? 1 : 0; i < members.Length; i++)
        {
            // A backslash makes the next character itself; in a regular expression some letters after one are more than that.
            var escaped = members[i] == '\\' && i + 1 < members.Length;
            var literal = escaped ? members[++i] : members[i];
            regex.Append(literal is '[' or ']' or '^' or '\\' || (escaped && literal == '-') ? "\\" : "").Append(literal);
        }

        regex.Append(']');
    }
}
