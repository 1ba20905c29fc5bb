using System.Buffers;
using System.Collections.Immutable;

namespace Buildit.Core.Debian;

/// <summary>What a package asks for: any one of the alternatives.</summary>
public sealed record Dependency(ImmutableArray<Relation> Alternatives)
{
    private static readonly SearchValues<char> EndOfName = SearchValues.Create(" \t\n([<");

    /// <summary>
    /// Reads a relationship field (<c>a (&gt;= 1) | b [amd64] &lt;!nocheck&gt;, c:any</c>) as it counts on one architecture:
    /// alternatives that do not apply are gone. Throws <see cref="FormatException"/> on anything that is not such a field.
    /// </summary>
    public static ImmutableArray<Dependency> ParseList(string text, string architecture)
    {
        var dependencies = ImmutableArray.CreateBuilder<Dependency>();
        var rest = text.AsSpan();
        foreach (var part in rest.Split(','))
        {
            if (rest[part].IsWhiteSpace())
            {
                continue;
            }

            var alternatives = ParseAlternatives(rest[part]).RemoveAll(r => !r.AppliesTo(architecture));
            if (!alternatives.IsEmpty)
            {
                dependencies.Add(new(alternatives));
            }
        }

        return dependencies.ToImmutable();
    }

    /// <summary>As written in a control file.</summary>
    public override string ToString() => string.Join(" | ", Alternatives);

    private static ImmutableArray<Relation> ParseAlternatives(ReadOnlySpan<char> text)
    {
        var alternatives = ImmutableArray.CreateBuilder<Relation>();
        foreach (var part in text.Split('|'))
        {
            alternatives.Add(ParseRelation(text[part].Trim()));
        }

        return alternatives.ToImmutable();
    }

    private static Relation ParseRelation(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny(EndOfName);
        var name = end < 0 ? text : text[..end];
        var rest = end < 0 ? default : text[end..].TrimStart();
        var colon = name.IndexOf(':');
        var relation = new Relation((colon < 0 ? name : name[..colon]).ToString()) { Qualifier = colon < 0 ? null : name[(colon + 1)..].ToString() };
        if (!IsName(relation.Name))
        {
            throw new FormatException($"'{text}' is not a relation to a package");
        }

        while (!rest.IsEmpty)
        {
            var close = rest.IndexOf(rest[0] switch { '(' => ')', '[' => ']', '<' => '>', _ => throw new FormatException($"'{text}' is not a relation to a package") });
            // The version's own operator has '<' and '>' too, but stands inside the parentheses.
            if (close < 0)
            {
                throw new FormatException($"'{text}' has no end of its '{rest[0]}'");
            }

            relation = WithRestriction(relation, rest[0], rest[1..close].Trim());
            rest = rest[(close + 1)..].TrimStart();
        }

        return relation;
    }

    private static Relation WithRestriction(Relation relation, char kind, ReadOnlySpan<char> text) => kind switch
    {
        '(' => WithVersion(relation, text),
        '[' => relation with { Architectures = [.. text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)] },
        _ => relation with { Profiles = relation.Profiles.Add(text.ToString()) },
    };

    private static Relation WithVersion(Relation relation, ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExcept("<>=") is var i and >= 0 ? i : text.Length;
        var version = text[length..].Trim();
        // '<' and '>' alone are deprecated spellings that always meant "or equal" (dpkg's parsedep).
        var relationOperator = text[..length] switch
        {
            "<<" => VersionOperator.Earlier,
            "<=" or "<" => VersionOperator.EarlierOrEqual,
            "=" or "" => VersionOperator.Equal,
            ">=" or ">" => VersionOperator.LaterOrEqual,
            ">>" => VersionOperator.Later,
            _ => throw new FormatException($"'{text}' does not limit a version"),
        };
        return DebianVersion.IsValid(version)
            ? relation with { Operator = relationOperator, Version = version.ToString() }
            : throw new FormatException($"'{version}' is not a version");
    }

    /// <summary>Whether the text can be a package's name (Debian Policy 5.6.1; upper case occurs in virtual names).</summary>
    public static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.' or '_'))
            {
                return false;
            }
        }

        return text.Length >= 1 && char.IsAsciiLetterOrDigit(text[0]);
    }
}
