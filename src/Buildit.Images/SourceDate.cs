using System.Globalization;

namespace Buildit.Images;

/// <summary>Source dates as image formats print them.</summary>
internal static class SourceDate
{
    internal static string ToRfc3339(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
