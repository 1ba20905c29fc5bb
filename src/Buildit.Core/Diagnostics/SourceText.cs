namespace Buildit.Core.Diagnostics;

/// <summary>A text file that a person wrote, with the path under which messages show it.</summary>
public sealed class SourceText(string path, string text)
{
    /// <summary>As shown to people: relative to where the command was started, if below it.</summary>
    public string Path { get; } = path;

    /// <summary>The whole text, line ends as they are in the file; a byte order mark is no part of it.</summary>
    public string Text { get; } = text.TrimStart('\uFEFF');

    /// <summary>Line <paramref name="number"/>, counted from 1, without its line end; empty beyond the end.</summary>
    public string Line(int number)
    {
        var start = IndexOfLine(number);
        var end = Text.IndexOf('\n', start);
        return Text.AsSpan(start, (end < 0 ? Text.Length : end) - start).TrimEnd('\r').ToString();
    }

    /// <summary>Index into <see cref="Text"/> of a line and column, both counted from 1; the text's end if they are beyond it.</summary>
    public int IndexOf(int line, int column) => Math.Min(Text.Length, IndexOfLine(line) + column - 1);

    /// <summary>The place that an index into <see cref="Text"/> stands for; <paramref name="length"/> is cut at the end of the line.</summary>
    public SourceSpan At(int index, int length = 1)
    {
        var before = Text.AsSpan(0, Math.Min(index, Text.Length));
        var line = before.Count('\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        return new(this, line, column, Math.Clamp(length, 1, Math.Max(1, Line(line).Length - column + 1)));
    }

    private int IndexOfLine(int number)
    {
        var index = 0;
        for (var line = 1; line < number; line++)
        {
            var end = Text.IndexOf('\n', index);
            if (end < 0)
            {
                return Text.Length;
            }

            index = end + 1;
        }

        return index;
    }
}
