using System.Text.RegularExpressions;

namespace Buildit.Acceptance.Tests;

/// <summary>Output without what belongs to the packages of the day: digests and HASHes become numbers, equal ones the same; counts of reused packages go.</summary>
internal static partial class Anonymous
{
    public static string Of(string text)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        return Digest().Replace(Reused().Replace(text, "\"reused\": 0"), m =>
        {
            seen.TryAdd(m.Value, FormattableString.Invariant($"<{(m.Value.Contains('-', StringComparison.Ordinal) ? "hash" : "digest")} {seen.Count + 1}>"));
            return seen[m.Value];
        });
    }

    [GeneratedRegex("\"reused\": [0-9]+")]
    private static partial Regex Reused();

    [GeneratedRegex("[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")]
    private static partial Regex Digest();
}
