using System.Text;
using System.Text.Unicode;

namespace Buildit.Core.Diagnostics;

/// <summary>A text file that a person wrote, with the path under which messages show it.</summary>
public sealed class SourceText(string path, string text)
{
    private int[]? _starts;

    /// <summary>As shown to people: relative to where the command was started, if below it.</summary>
    public string Path { get; } = path;

    /// <summary>The whole text, line ends as they are in the file; a byte order mark is no part of it.</summary>
    public string Text { get; } = text.TrimStart('\uFEFF');

    /// <summary>Where the file's bytes stop being UTF-8; null if all of them are.</summary>
    public SourceSpan? NotUtf8 { get; private init; }

    /// <summary>A file's bytes as UTF-8, whatever they begin with: FF FE does not make them UTF-16.</summary>
    public static SourceText FromBytes(string path, ReadOnlySpan<byte> bytes)
    {
        var source = new SourceText(path, Encoding.UTF8.GetString(bytes));
        if (Utf8.IsValid(bytes))
        {
            return source;
        }

        var chars = new char[bytes.Length];
        Utf8.ToUtf16(bytes, chars, out _, out var good, replaceInvalidSequences: false);
        var mark = chars.AsSpan(0, good).Length - chars.AsSpan(0, good).TrimStart('\uFEFF').Length;
        return new(path, source.Text) { NotUtf8 = source.At(good - mark) };
    }

    /// <summary>Line <paramref name="number"/>, counted from 1, without its line end; empty beyond the end.</summary>
    public string Line(int number) => Text[IndexOfLine(number)..EndOfLine(number)];

    /// <summary>Index into <see cref="Text"/> of a line and column, both counted from 1; the text's end if they are beyond it.</summary>
    public int IndexOf(int line, int column) => Math.Min(Text.Length, IndexOfLine(line) + column - 1);

    /// <summary>The place that an index into <see cref="Text"/> stands for; <paramref name="length"/> is cut at the end of the line.</summary>
    public SourceSpan At(int index, int length = 1)
    {
        index = Math.Min(index, Text.Length);
        var found = Array.BinarySearch(Starts, index);
        var line = found < 0 ? ~found : found + 1;
        return new(this, line, index - IndexOfLine(line) + 1, Math.Clamp(length, 1, Math.Max(1, EndOfLine(line) - index)));
    }

    // A file has a place for each of its values: found by searching, not by counting lines.
    private int[] Starts => _starts ??= [0, .. LineEnds().Select(end => end + 1)];

    private int IndexOfLine(int number) => number <= Starts.Length ? Starts[number - 1] : Text.Length;

    private int EndOfLine(int number)
    {
        var end = number < Starts.Length ? Starts[number] - 1 : Text.Length;
        var start = IndexOfLine(number);
        while (end > start && Text[end - 1] == '\r')
        {
            end--;
        }

        return end;
    }

    private IEnumerable<int> LineEnds()
    {
        for (var end = Text.IndexOf('\n', StringComparison.Ordinal); end >= 0; end = Text.IndexOf('\n', end + 1))
        {
            yield return end;
        }
    }
}
