using System.Collections.Immutable;

namespace Buildit.Core.Debian;

/// <summary>
/// What apt.conf(5) files set, as flat names (<c>Acquire::http::Proxy</c>) without regard to case. Lists, <c>#include</c> and programs that apt
/// would run (Proxy-Auto-Detect) are left out.
/// </summary>
public sealed class AptSettings
{
    private readonly ImmutableDictionary<string, string> _values;

    private AptSettings(ImmutableDictionary<string, string> values) => _values = values;

    /// <summary>The value that was set last, or null.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Reads files in the order in which apt does; later ones win.</summary>
    public static AptSettings Parse(IEnumerable<string> files)
    {
        var values = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in files)
        {
            ParseFile(text, values);
        }

        return new(values.ToImmutable());
    }

    /// <summary>The proxy that apt uses for a URL: that of its host, else of its scheme (https falls back to http's); null = none.</summary>
    public string? ProxyFor(Uri url)
    {
        var found = this[$"Acquire::{url.Scheme}::Proxy::{url.Host}"] ?? this[$"Acquire::{url.Scheme}::Proxy"];
        if (found is null && url.Scheme == "https")
        {
            found = this[$"Acquire::http::Proxy::{url.Host}"] ?? this["Acquire::http::Proxy"];
        }

        return found is null or "" or "DIRECT" or "false" ? null : found;
    }

    private static void ParseFile(string text, ImmutableDictionary<string, string>.Builder values)
    {
        var scopes = new Stack<string>();
        var words = new List<string>();
        foreach (var token in Tokens(text))
        {
            switch (token)
            {
                case "{":
                    scopes.Push(Scoped(scopes, words.Count > 0 ? words[0] : ""));
                    break;
                case "}":
                    scopes.TryPop(out _);
                    break;
                case ";":
                    if (words is [var name, var value] && !name.StartsWith('#') && !name.EndsWith("::", StringComparison.Ordinal))
                    {
                        values[Scoped(scopes, name)] = value;
                    }

                    break;
                default:
                    words.Add(token);
                    continue;
            }

            words.Clear();
        }
    }

    private static string Scoped(Stack<string> scopes, string name) => scopes.TryPeek(out var scope) ? $"{scope}::{name}" : name;

    /// <summary>Words, quoted words without their quotes, and the signs <c>{ } ;</c>; comments are gone.</summary>
    private static IEnumerable<string> Tokens(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var end = i + 1;
            if (StartsComment(text, i))
            {
                end = EndOfComment(text, i);
            }
            else if (text[i] == '"')
            {
                end = text.IndexOf('"', i + 1) is var quote and >= 0 ? quote + 1 : text.Length;
                yield return text[(i + 1)..Math.Max(i + 1, end - 1)];
            }
            else if (!char.IsWhiteSpace(text[i]))
            {
                end = text[i] is '{' or '}' or ';' ? end : EndOfWord(text, i);
                yield return text[i..end];
            }

            i = end;
        }
    }

    private static bool StartsComment(string text, int at) =>
        string.CompareOrdinal(text, at, "//", 0, 2) == 0
        || string.CompareOrdinal(text, at, "/*", 0, 2) == 0
        || (text[at] == '#' && string.CompareOrdinal(text, at, "#clear", 0, 6) != 0 && string.CompareOrdinal(text, at, "#include", 0, 8) != 0);

    private static int EndOfComment(string text, int at)
    {
        var block = text[at] == '/' && text[at + 1] == '*';
        var end = text.IndexOf(block ? "*/" : "\n", at + 1, StringComparison.Ordinal);
        return end < 0 ? text.Length : end + (block ? 2 : 1);
    }

    private static int EndOfWord(string text, int at)
    {
        var end = at;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] is not ('{' or '}' or ';' or '"'))
        {
            end++;
        }

        return end;
    }
}
