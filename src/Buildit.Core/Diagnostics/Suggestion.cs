namespace Buildit.Core.Diagnostics;

/// <summary>"did you mean": the nearest of a few known words.</summary>
public static class Suggestion
{
    /// <summary>The known word nearest to what was written, or null if none is near (Levenshtein distance at most a third of the length, at least 1).</summary>
    public static string? Nearest(string written, IEnumerable<string> known)
    {
        var best = known.Select(k => (Word: k, Distance: Distance(written, k))).OrderBy(c => c.Distance).ThenBy(c => c.Word, StringComparer.Ordinal).FirstOrDefault();
        return best.Word is not null && best.Distance <= Math.Max(1, written.Length / 3) ? best.Word : null;
    }

    /// <summary>"did you mean 'x'?" or null.</summary>
    public static string? Hint(string written, IEnumerable<string> known) => Nearest(written, known) is { } word ? $"did you mean '{word}'?" : null;

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
