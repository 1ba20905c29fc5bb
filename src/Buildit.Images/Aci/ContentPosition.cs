using Buildit.Core.Diagnostics;

namespace Buildit.Images.Aci;

/// <summary>Finds a place inside a <c>content:</c> text in the file that it is written in.</summary>
internal static class ContentPosition
{
    /// <summary>
    /// <paramref name="line"/> and <paramref name="column"/> count from 0 in the content. A block scalar (<c>|</c>) starts on the line after its span, each line
    /// indented alike; any other starts at its span. Where a template filled something in, the column is that of the filled-in text, held within the line.
    /// </summary>
    internal static SourceSpan Map(Spanned<string> content, int line, int column)
    {
        var (source, firstLine, firstColumn, _) = content.Span;
        var start = source.Line(firstLine);
        var mark = firstColumn <= start.Length ? start[firstColumn - 1] : ' ';
        if (mark is not ('|' or '>'))
        {
            // A whole file, or a scalar within a line; a quoted one starts after its quote.
            var quoted = mark is '"' or '\'' && !content.Value.StartsWith(mark) ? 1 : 0;
            return new(source, firstLine + line, line == 0 ? firstColumn + quoted + column : column + 1);
        }

        var written = source.Line(firstLine + 1 + line);
        var indent = Indent(written) - Indent(content.Value.Split('\n').ElementAtOrDefault(line) ?? "");
        return new(source, firstLine + 1 + line, Math.Clamp(Math.Max(0, indent) + column + 1, 1, Math.Max(1, written.Length)));
    }

    private static int Indent(string line) => line.Length - line.TrimStart(' ').Length;
}
