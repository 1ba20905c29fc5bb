using System.Globalization;

namespace Buildit.Acceptance.Tests;

/// <summary>Everything below a directory, to compare before and after.</summary>
internal static class Listing
{
    /// <summary>A line for each file and directory: path, mode, size, time of the last change, text of a link.</summary>
    public static string[] Of(string directory) =>
    [
        .. new DirectoryInfo(directory).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(f => string.Create(CultureInfo.InvariantCulture, $"{Path.GetRelativePath(directory, f.FullName)} {f.UnixFileMode} {(f as FileInfo)?.Length} {f.LastWriteTimeUtc.Ticks} {f.LinkTarget}"))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The lines of only one of two listings.</summary>
    public static string[] Changes(string[] before, string[] after) => [.. before.Except(after).Select(l => "- " + l), .. after.Except(before).Select(l => "+ " + l)];
}
