using System.Globalization;

namespace Buildit.Core.Diagnostics;

/// <summary>A line of source made fit for a terminal: tabs become spaces, what would move the cursor becomes visible, a long line is cut around the place.</summary>
internal static class CodeLine
{
    private const int Width = 120;
    private const int Before = 60;
    private const string Cut = "...";

    /// <summary>The line, and where the mark goes in it: columns before it, and its length.</summary>
    internal static (string Text, int Mark, int Length) Of(SourceSpan span)
    {
        var line = span.Source.Line(span.Line);
        var start = Math.Clamp(span.Column - 1, 0, line.Length);
        var end = Math.Clamp(start + span.Length, start, line.Length);
        var (head, marked, tail) = (VisibleText.Of(line[..start]), VisibleText.Of(line[start..end]), VisibleText.Of(line[end..]));
        var length = Math.Max(1, Columns(marked));
        if (head.Length + marked.Length + tail.Length <= Width)
        {
            return (head + marked + tail, Columns(head), length);
        }

        head = head.Length > Before ? Cut + head[^(Before - Cut.Length)..] : head;
        var room = Math.Max(1, Width - head.Length - Cut.Length);
        var rest = marked + tail;
        return (head + (rest.Length > room ? rest[..room] + Cut : rest), Columns(head), Math.Min(length, room));
    }

    private static int Columns(string text) => new StringInfo(text).LengthInTextElements;
}
