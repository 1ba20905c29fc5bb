using System.Globalization;
using System.Text;

namespace Buildit.Core.Diagnostics;

/// <summary>Shows a diagnostic as text: what happened, where, the line itself, and what to do. Readable without colours.</summary>
public static class DiagnosticPrinter
{
    private const string Blue = "\e[1;34m";
    private const string Bold = "\e[1m";
    private const string Reset = "\e[0m";

    /// <summary>The diagnostic as lines, the last one ended, too.</summary>
    public static string Print(Diagnostic diagnostic, bool color = false)
    {
        var (word, hue) = diagnostic.Severity == Severity.Error ? ("error", "\e[1;31m") : ("warning", "\e[1;33m");
        var text = new StringBuilder();
        text.Append(Paint(word, hue, color)).Append(Paint(": " + diagnostic.Message, Bold, color)).Append('\n');
        if (diagnostic.Span is { } span)
        {
            AppendFrame(text, span, hue, color);
        }

        if (diagnostic.Detail is { } detail)
        {
            text.Append(detail.TrimEnd('\n')).Append('\n');
        }

        if (diagnostic.Hint is { } hint)
        {
            text.Append(Paint("hint", "\e[1;36m", color)).Append(": ").Append(Indent(hint)).Append('\n');
        }

        return text.ToString();
    }

    private static void AppendFrame(StringBuilder text, SourceSpan span, string hue, bool color)
    {
        var number = span.Line.ToString(CultureInfo.InvariantCulture);
        var margin = new string(' ', number.Length);
        text.Append(margin).Append(Paint(" --> ", Blue, color)).Append(span).Append('\n');
        if (span.Source.Text.Length == 0)
        {
            return;
        }

        var (line, mark, length) = CodeLine.Of(span);
        text.Append(Paint($" {margin} |", Blue, color)).Append('\n');
        text.Append(Paint($" {number} |", Blue, color)).Append($" {line}".TrimEnd()).Append('\n');
        text.Append(Paint($" {margin} |", Blue, color)).Append(' ', mark + 1).Append(Paint(new string('^', length), hue, color)).Append('\n');
    }

    // Further lines of a hint stand below its first word.
    private static string Indent(string hint) =>
        string.Join('\n', hint.TrimEnd('\n').Split('\n').Select((l, i) => i == 0 || l.Length == 0 ? l : "      " + l));

    private static string Paint(string text, string code, bool color) => color ? code + text + Reset : text;
}
