using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Containers;

/// <summary>
/// Fills <c>{{ name }}</c> in, in one pass: what a variable gives is not looked at again. There is nothing else to it, no conditions, no expressions.
/// A literal <c>{{</c> is the value of a variable: <c>vars: {open: "{{"}</c>, then <c>{{ open }}</c>.
/// </summary>
public static partial class Template
{
    /// <summary>Fills a file's text in; a mistake goes into the bag at its place.</summary>
    public static string Fill(SourceText file, ImmutableSortedDictionary<string, string> vars, DiagnosticBag bag) =>
        Fill(file.Text, vars, file.At, bag).Text;

    /// <summary>Fills a YAML text in; a mistake goes into the bag at its place.</summary>
    public static BlockText Fill(YamlScalar scalar, ImmutableSortedDictionary<string, string> vars, DiagnosticBag bag)
    {
        var filled = Fill(scalar.Value, vars, scalar.At, bag);
        return new(filled.Text, scalar.Span, offset => scalar.At(filled.SourceOffset(offset)));
    }

    /// <summary>Whether a variable may have this name.</summary>
    internal static bool IsName(string name) => Name().IsMatch(name);

    private static Filled Fill(string text, ImmutableSortedDictionary<string, string> vars, Func<int, int, SourceSpan> at, DiagnosticBag bag)
    {
        var result = new StringBuilder(text.Length);
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        var position = 0;
        for (int open; (open = text.IndexOf("{{", position, StringComparison.Ordinal)) >= 0;)
        {
            pieces.Add(new(result.Length, position, FromVariable: false));
            result.Append(text, position, open - position);
            pieces.Add(new(result.Length, open, FromVariable: true));
            var length = LengthOf(text.AsSpan(open));
            result.Append(length == 0 ? Unclosed(at(open, 2), bag) : Value(text.Substring(open, length), vars, (o, l) => at(open + o, l), bag));
            position = open + Math.Max(2, length);
        }

        pieces.Add(new(result.Length, position, FromVariable: false));
        return new(result.Append(text, position, text.Length - position).ToString(), pieces.ToImmutable());
    }

    /// <summary>Characters from '{{' to '}}', which stand on one line; 0 if there is no '}}'.</summary>
    private static int LengthOf(ReadOnlySpan<char> text)
    {
        var line = text.IndexOf('\n') is var end and >= 0 ? text[..end] : text;
        return line.IndexOf("}}", StringComparison.Ordinal) + 2 is var length and > 1 ? length : 0;
    }

    private static string Unclosed(SourceSpan span, DiagnosticBag bag)
    {
        bag.Error(span, "'{{' without '}}' on this line", "for a literal '{{' define a variable that holds it: vars: {open: \"{{\"}");
        return "";
    }

    private static string Value(string template, ImmutableSortedDictionary<string, string> vars, Func<int, int, SourceSpan> at, DiagnosticBag bag)
    {
        var inner = template[2..^2];
        var name = inner.Trim();
        if (vars.TryGetValue(name, out var value))
        {
            return value;
        }

        if (!IsName(name))
        {
            bag.Error(at(0, template.Length), $"'{template}' is not a template", "write the name of a variable: {{ name }}");
            return "";
        }

        var span = at(2 + inner.IndexOf(name, StringComparison.Ordinal), name.Length);
        bag.Error(span, $"undefined variable '{name}'", Suggestion.Hint(name, vars.Keys) ?? Defined(vars));
        return "";
    }

    private static string Defined(ImmutableSortedDictionary<string, string> vars) =>
        vars.IsEmpty ? "define it in a '- vars:' step" : $"defined are: {string.Join(", ", vars.Keys)}";

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_-]*$")]
    private static partial Regex Name();

    /// <summary>A stretch of the result and where it comes from in the template's text.</summary>
    private readonly record struct Piece(int Start, int Source, bool FromVariable);

    private sealed record Filled(string Text, ImmutableArray<Piece> Pieces)
    {
        public int SourceOffset(int offset)
        {
            var piece = Pieces.Last(p => p.Start <= offset);
            return piece.FromVariable ? piece.Source : piece.Source + offset - piece.Start;
        }
    }
}
