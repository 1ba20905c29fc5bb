using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Buildit.Core.Verification;

/// <summary>The two texts at a place where files differ.</summary>
public sealed record Snippet(string Expected, string Actual);

/// <summary>What is known of a build that gave something else: what may have got into its files.</summary>
/// <param name="HostName">The host name that it saw.</param>
/// <param name="Usual">The host name that builds usually see.</param>
/// <param name="Directory">Path of its work directory below the store, which it should never have seen.</param>
/// <param name="Kernel">The release of the kernel that it saw.</param>
/// <param name="User">Name and number of the user that it ran as.</param>
public sealed record BuildFacts(string HostName, string Usual, string Directory, string Kernel, ImmutableArray<string> User);

/// <summary>
/// Guesses from the bytes why two builds differ: for each kind of cause, what it would explain is taken out of both sides; where nothing else is left to
/// differ, that is the kind.
/// </summary>
public static partial class LikelyCause
{
    /// <summary>The kind of cause of one difference.</summary>
    public static CauseKind Of(Snippet s, BuildFacts facts)
    {
        if (s.Actual.Contains(facts.Directory, StringComparison.Ordinal))
        {
            return CauseKind.HostPath;
        }

        if (Explains(s, t => t.Replace(facts.HostName, "@", StringComparison.Ordinal).Replace(facts.Usual, "@", StringComparison.Ordinal)))
        {
            return CauseKind.HostName;
        }

        if (s.Actual.Contains(facts.Kernel, StringComparison.Ordinal) && !s.Expected.Contains(facts.Kernel, StringComparison.Ordinal))
        {
            return CauseKind.Kernel;
        }

        if (Explains(s, t => Time().Replace(t, "@")))
        {
            return CauseKind.Date;
        }

        if (Explains(s, Sorted))
        {
            return CauseKind.Order;
        }

        return facts.User.Any(u => s.Actual.Trim() == u) ? CauseKind.User : CauseKind.Random;
    }

    private static bool Explains(Snippet s, Func<string, string> without) => s.Expected != s.Actual && without(s.Expected) == without(s.Actual);

    private static string Sorted(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var parts = lines.Length > 1 ? lines : text.Split([' ', ',', ';', '\t', '\n', '\0'], StringSplitOptions.RemoveEmptyEntries);
        return string.Join('\n', parts.Order(StringComparer.Ordinal));
    }

    // Forms in which programs write dates: 2026-11-24, 20261124, Nov 24 2026, 24 Nov 2026, Tue, 13:45:59(.123), seconds since 1970, years; and zones.
    [GeneratedRegex(
        @"\b(?:19|20)\d{2}[-/.]?(?:0[1-9]|1[0-2])[-/.]?(?:0[1-9]|[12]\d|3[01])(?:[T_-]?(?:[01]\d|2[0-3]):?[0-5]\d(?::?[0-5]\d)?Z?)?|\b\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:\s?[AP]M)?|\b[12]\d{9}(?:\.?\d{3,9})?\b|\b(?:19|20)\d{2}\b|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:[a-z]+day)?\b|\b(?:\d{1,2}\s{1,2})?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,7}\b(?:\s{1,2}\d{1,2}\b)?|\b(?:UTC|GMT|VAR)\b|[+-]\d{4}\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}
