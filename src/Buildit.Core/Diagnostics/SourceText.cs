namespace Buildit.Core.Diagnostics;

/// <summary>A text file that a person wrote, with the path under which messages show it.</summary>
public sealed class SourceText(string path, string text)
{
    /// <summary>As shown to people: relative to where the command was started, if below it.</summary>
    public string Path { get; } = path;

    /// <summary>The whole text, line ends as they are in the file.</summary>
    public string Text { get; } = text;

    /// <summary>Line <paramref name="number"/>, counted from 1, without its line end; empty beyond the end.</summary>
    public string Line(int number)
    {
        var rest = Text.AsSpan();
        for (var i = 1; ; i++)
        {
            var end = rest.IndexOf('\n');
            if (i == number)
            {
                return (end < 0 ? rest : rest[..end]).TrimEnd('\r').ToString();
            }

            if (end < 0)
            {
                return "";
            }

            rest = rest[(end + 1)..];
        }
    }
}
