using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Differences;

/// <summary>Two texts as a unified diff, line by line.</summary>
public static class TextDiff
{
    private const int Context = 2;
    private const int MostLines = 24;
    private const int LongestLine = 160;

    /// <summary>
    /// Lines that begin with ' ', '-' or '+', in hunks that begin with '@@'; a text that is all in one hunk has no '@@' line. Empty for equal texts.
    /// </summary>
    public static ImmutableArray<string> Unified(string old, string @new)
    {
        var marks = old.EndsWith('\n') != @new.EndsWith('\n');
        var (a, b) = (Lines(old, marks), Lines(@new, marks));
        var pairs = Alignment.Of(a, b);
        var hunks = Hunks(pairs);
        var isWhole = hunks.Count == 1 && hunks[0] == (0, pairs.Length);
        return [.. hunks.SelectMany(h => isWhole ? Print(pairs[h.Start..h.End], a, b) : Print(pairs[h.Start..h.End], a, b).Prepend(Header(pairs, h.Start, h.End)))];
    }

    /// <summary>The same of texts that may be anything, for people: fit for a terminal, and what is too long is cut and says so.</summary>
    public static ImmutableArray<string> Excerpt(string old, string @new)
    {
        var lines = Unified(old, @new);
        var shown = lines.Take(MostLines).Select(l => VisibleText.Of(l.Length <= LongestLine ? l : l[..LongestLine] + "..."));
        return [.. shown, .. lines.Skip(MostLines).Take(1).Select(_ => string.Create(CultureInfo.InvariantCulture, $"... {lines.Length - MostLines} more lines"))];
    }

    // Where only one of two texts ends its last line, that is part of the line, so that the two lines differ.
    private static string[] Lines(string text, bool marks)
    {
        var lines = text.Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : marks ? [.. lines[..^1], lines[^1] + "\n\\ no line end"] : lines;
    }

    private static List<(int Start, int End)> Hunks(ImmutableArray<(int Old, int New)> pairs)
    {
        var hunks = new List<(int Start, int End)>();
        for (var i = 0; i < pairs.Length; i++)
        {
            if (pairs[i] is { Old: >= 0, New: >= 0 })
            {
                continue;
            }

            var (start, end) = (Math.Max(0, i - Context), Math.Min(pairs.Length, i + Context + 1));
            if (hunks.Count > 0 && start <= hunks[^1].End)
            {
                hunks[^1] = (hunks[^1].Start, end);
            }
            else
            {
                hunks.Add((start, end));
            }
        }

        return hunks;
    }

    private static string Header(ImmutableArray<(int Old, int New)> pairs, int start, int end)
    {
        return $"@@ -{Range(p => p.Old)} +{Range(p => p.New)} @@";

        string Range(Func<(int Old, int New), int> side)
        {
            var before = pairs.Take(start).Count(p => side(p) >= 0);
            var count = pairs[start..end].Count(p => side(p) >= 0);
            return string.Create(CultureInfo.InvariantCulture, $"{(count == 0 ? before : before + 1)},{count}");
        }
    }

    private static IEnumerable<string> Print(ImmutableArray<(int Old, int New)> pairs, string[] a, string[] b) => pairs.SelectMany(p => p switch
    {
        { New: < 0 } => ("-" + a[p.Old]).Split('\n'),
        { Old: < 0 } => ("+" + b[p.New]).Split('\n'),
        _ => (" " + a[p.Old]).Split('\n'),
    });
}
