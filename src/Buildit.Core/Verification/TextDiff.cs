using System.Collections.Immutable;
using System.Globalization;

namespace Buildit.Core.Verification;

/// <summary>Small unified diffs for people: what is too long is cut, and says so.</summary>
public static class TextDiff
{
    private const int Context = 2;
    private const int MostLines = 24;
    private const int LongestLine = 160;
    private const int LargestTable = 1 << 22;

    /// <summary>The lines of a unified diff without its two header lines; empty if the texts are equal.</summary>
    public static ImmutableArray<string> Unified(string expected, string actual)
    {
        var edits = Edits(Lines(expected), Lines(actual));
        var lines = Hunks(edits).Select(Shorten).ToArray();
        return lines.Length <= MostLines ? [.. lines] : [.. lines.Take(MostLines), string.Create(CultureInfo.InvariantCulture, $"... {lines.Length - MostLines} more lines")];
    }

    // A text whose last line is not ended differs from one whose is, as diff(1) tells it.
    private static string[] Lines(string text) => text.EndsWith('\n') ? text[..^1].Split('\n') : text.Length == 0 ? [] : [.. text.Split('\n'), "\\ No newline at end of file"];

    /// <summary>Every line with ' ', '-' or '+' before it.</summary>
    private static List<string> Edits(string[] a, string[] b)
    {
        var start = 0;
        while (start < Math.Min(a.Length, b.Length) && a[start] == b[start])
        {
            start++;
        }

        var end = 0;
        while (end < Math.Min(a.Length, b.Length) - start && a[^(end + 1)] == b[^(end + 1)])
        {
            end++;
        }

        return [.. a[..start].Select(l => " " + l), .. Middle(a[start..(a.Length - end)], b[start..(b.Length - end)]), .. a[(a.Length - end)..].Select(l => " " + l)];
    }

    /// <summary>By the longest common subsequence; where its table would be too large, all old lines and then all new ones.</summary>
    private static List<string> Middle(string[] a, string[] b)
    {
        if ((long)a.Length * b.Length > LargestTable)
        {
            return [.. a.Select(l => "-" + l), .. b.Select(l => "+" + l)];
        }

        var common = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
        {
            for (var j = b.Length - 1; j >= 0; j--)
            {
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        return Walk(a, b, common);
    }

    private static List<string> Walk(string[] a, string[] b, int[,] common)
    {
        var (edits, i, j) = (new List<string>(), 0, 0);
        while (i < a.Length || j < b.Length)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                edits.Add(" " + a[i]);
                (i, j) = (i + 1, j + 1);
            }
            else if (j == b.Length || (i < a.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                edits.Add("-" + a[i++]);
            }
            else
            {
                edits.Add("+" + b[j++]);
            }
        }

        return edits;
    }

    private static IEnumerable<string> Hunks(List<string> edits)
    {
        var shown = new bool[edits.Count];
        for (var i = 0; i < edits.Count; i++)
        {
            if (edits[i][0] != ' ')
            {
                Array.Fill(shown, true, Math.Max(0, i - Context), Math.Min(edits.Count, i + Context + 1) - Math.Max(0, i - Context));
            }
        }

        var (before, after) = (1, 1);
        for (var i = 0; i < edits.Count; i++)
        {
            if (shown[i] && (i == 0 || !shown[i - 1]))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"@@ -{before} +{after} @@");
            }

            if (shown[i])
            {
                yield return edits[i];
            }

            before += edits[i][0] == '+' ? 0 : 1;
            after += edits[i][0] == '-' ? 0 : 1;
        }
    }

    // It goes to a terminal: no control characters.
    private static string Shorten(string line) =>
        string.Concat((line.Length <= LongestLine ? line : line[..LongestLine] + "...").Select(c => char.IsControl(c) && c != '\t' ? '?' : c));
}
