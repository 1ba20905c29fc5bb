using Buildit.Core.Diagnostics;
using YamlDotNet.Core;

namespace Buildit.Core.Yaml;

/// <summary>Says in a person's words what the YAML parser stumbled over.</summary>
internal static class YamlSyntax
{
    /// <summary>Message for nesting without end.</summary>
    internal const string TooDeep = "nested too deeply";

    private const string QuoteHint = "quote a text that holds ': ', or check the indentation of this line and the one above";

    // What the parser says -> what we say. The first row whose words occur in the parser's message counts.
    private static readonly (string Words, string Message, string? Hint)[] Table =
    [
        (TooDeep, TooDeep, null),
        ("unexpected end of stream", "a quoted text does not end", "add the closing quote"),
        ("quoted scalar, found wrong indentation", "a quoted text does not end", "add the closing quote"),
        ("document indicator", "a quoted text does not end", "add the closing quote"),
        ("unknown escape", "unknown escape in a double-quoted text", "write '\\\\' for a backslash, or use single quotes"),
        ("hexadecimal", "bad escape in a double-quoted text", "write '\\\\' for a backslash, or use single quotes"),
        ("cannot start any token", "a text cannot begin with this character", "put the text in quotes"),
        ("found invalid mapping", "a ': ' is not allowed here", QuoteHint),
        ("mapping values are not allowed", "a ': ' is not allowed here", QuoteHint),
        ("expected ',' or", "expected ',' or a closing bracket", null),
        ("expected node content", "expected a value", null),
        ("did not find expected '-'", "bad indentation in a list", "the '-' of all items of a list stand below each other"),
        ("Block sequence entries", "a list cannot begin on the line of its key", "begin the list on the next line, or write [a, b]"),
        ("expected key", "bad indentation, or text that does not belong here", "the keys of a map stand below each other, and each has a ':'"),
        ("expected ':'", "a key without ':'", "write 'key: value'"),
    ];

    /// <summary>A place between two marks; cut at the end of the first line. The parser's own line numbers count exotic line ends, too; its index does not.</summary>
    internal static SourceSpan Span(SourceText text, Mark start, Mark end) => text.At((int)start.Index, (int)(end.Index - start.Index));

    /// <summary>YAML allows no control characters; the parser drops some of them silently, and a terminal would obey them.</summary>
    internal static Diagnostic? ControlCharacter(SourceText text)
    {
        var index = text.Text.AsSpan().IndexOfAnyInRange('\0', '\u001F');
        while (index >= 0 && text.Text[index] is '\t' or '\n' or '\r')
        {
            var next = text.Text.AsSpan(index + 1).IndexOfAnyInRange('\0', '\u001F');
            index = next < 0 ? -1 : index + 1 + next;
        }

        return index < 0 ? null : new(FormattableString.Invariant($"control character U+{(int)text.Text[index]:X4} is not allowed"), text.At(index), "is this a text file in UTF-8?");
    }

    /// <summary>Turns the parser's exception into a diagnostic.</summary>
    /// <param name="text">The file.</param>
    /// <param name="e">What the parser threw; null if it lost its way.</param>
    /// <param name="open">The innermost bracket that is open.</param>
    internal static Diagnostic Explain(SourceText text, YamlException? e, SourceSpan? open)
    {
        if (e is not null && Tab(text, e) is { } tab)
        {
            return tab;
        }

        // Within brackets line ends mean nothing, so the parser complains far below the bracket that was forgotten.
        if (open is { } bracket && (e is null || Span(text, e.Start, e.End).Line > bracket.Line))
        {
            return new($"'{text.Line(bracket.Line)[bracket.Column - 1]}' is never closed", bracket with { Length = 1 }, "add the closing bracket");
        }

        var span = e is null ? text.At(text.Text.Length) : Span(text, e.Start, e.End);
        if (text.Line(span.Line).IndexOf(": {{", StringComparison.Ordinal) is var template and >= 0 && template < span.Column)
        {
            return UnquotedTemplate(new(text, span.Line, template + 3, 2));
        }

        var row = Array.Find(Table, r => e?.Message.Contains(r.Words, StringComparison.OrdinalIgnoreCase) == true);
        return new(row.Message ?? "not valid YAML: " + e?.Message.TrimEnd('.'), span, row.Hint);
    }

    /// <summary>Whether a map is really an unquoted template.</summary>
    internal static bool IsTemplate(SourceSpan map) => map.Source.Text.AsSpan(map.Source.IndexOf(map.Line, map.Column)).StartsWith("{{");

    /// <summary>What to say about an unquoted template.</summary>
    internal static Diagnostic UnquotedTemplate(SourceSpan span) =>
        new("a text that begins with '{{' needs quotes", span with { Length = 2 }, "to YAML an unquoted '{' begins a map; write \"{{ name }}\"");

    private static Diagnostic? Tab(SourceText text, YamlException e)
    {
        // The parser's place may be the line before, or the beginning of the map that the tab breaks.
        var end = e.Message.Contains("tab", StringComparison.Ordinal) ? text.Text.Length : (int)e.End.Index;
        var last = text.At(end).Line + 1;
        for (var line = text.At((int)e.Start.Index).Line; line <= last; line++)
        {
            var content = text.Line(line);
            var indentation = content.Length - content.TrimStart().Length;
            var tab = content.AsSpan(0, indentation).IndexOf('\t');
            if (tab >= 0)
            {
                return new("a tab is used for indentation", new(text, line, tab + 1), "tabs are not allowed for indentation: use spaces");
            }
        }

        return null;
    }
}
