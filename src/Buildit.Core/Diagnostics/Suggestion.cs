namespace Buildit.Core.Diagnostics;

/// <summary>"did you mean": the nearest of a few known words.</summary>
public static class Suggestion
{
    /// <summary>The known word nearest to what was written, or null if none is near (edits, two exchanged letters being one, are at most a third of the length, or 1).</summary>
    public static string? Nearest(string written, IEnumerable<string> known)
    {
        var best = known.Select(k => (Word: k, Distance: Distance(written, k))).OrderBy(c => c.Distance).ThenBy(c => c.Word, StringComparer.Ordinal).FirstOrDefault();
        return best.Word is not null && best.Distance <= Math.Max(1, written.Length / 3) ? best.Word : null;
    }

    /// <summary>"did you mean 'x'?" or null.</summary>
    public static string? Hint(string written, IEnumerable<string> known) => Nearest(written, known) is { } word ? $"did you mean '{word}'?" : null;

    // Optimal string alignment: insertions, deletions, substitutions and exchanged neighbours.
    private static int Distance(string a, string b)
    {
        (a, b) = (a.ToLowerInvariant(), b.ToLowerInvariant());
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                d[i, j] = i == 0 || j == 0 ? i + j : Math.Min(d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
