using System.Globalization;
using System.Text.RegularExpressions;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>Reads <c>timeout:</c> and <c>date:</c>.</summary>
internal static partial class TimeReader
{
    /// <summary><c>30m</c>, <c>1h</c>, <c>1h30m</c>, <c>90s</c> or seconds; an hour if it is left out.</summary>
    internal static TimeSpan Timeout(MapReader map)
    {
        var fallback = TimeSpan.FromHours(1);
        if (map.SpannedText("timeout") is not { } text)
        {
            return fallback;
        }

        var match = DurationForm().Match(text.Value);
        var seconds = (Part(match, "h") * 3600) + (Part(match, "m") * 60) + Part(match, "s");
        if (match.Success && seconds > 0)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        map.Bag.Error(text.Span, $"'{text.Value}' is not a length of time", "write for example 30m, 1h30m, 90s, or a number of seconds");
        return fallback;
    }

    /// <summary>Seconds since 1970: <c>2024-05-01</c>, <c>2024-05-01T12:30:00Z</c> or the number itself.</summary>
    internal static long? Date(MapReader map)
    {
        if (map.SpannedText("date") is not { } text)
        {
            return null;
        }

        // Four digits would be meant as a year.
        if (text.Value.Length != 4 && long.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= uint.MaxValue)
        {
            return seconds;
        }

        string[] forms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK"];
        if (DateTimeOffset.TryParseExact(text.Value, forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) && date >= DateTimeOffset.UnixEpoch)
        {
            return date.ToUnixTimeSeconds();
        }

        map.Bag.Error(text.Span, $"'{text.Value}' is not a date", "write for example 2024-05-01, 2024-05-01T12:30:00Z, or seconds since 1970");
        return null;
    }

    private static long Part(Match match, string name) => match.Groups[name] is { Success: true } part ? long.Parse(part.Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("^(?=[0-9])((?<h>[0-9]{1,5})h)?((?<m>[0-9]{1,6})m)?((?<s>[0-9]{1,8})s?)?$")]
    private static partial Regex DurationForm();
}
