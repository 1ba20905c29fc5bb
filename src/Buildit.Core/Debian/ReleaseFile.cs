using System.Collections.Frozen;
using System.Globalization;

namespace Buildit.Core.Debian;

/// <summary>A file that a Release file vouches for.</summary>
public readonly record struct ReleaseEntry(long Size, Digest Sha256);

/// <summary>
/// A Release file: what a suite is called and the digests of its indexes. Only ever read from a payload whose signature was verified.
/// </summary>
public sealed record ReleaseFile
{
    private static readonly string[] DateFormats = ["ddd, d MMM yyyy HH:mm:ss 'UTC'", "ddd, d MMM yyyy HH:mm:ss 'GMT'", "ddd, d MMM yyyy HH:mm:ss zzz"];

    /// <summary>For example <c>oldstable</c>; changes when Debian releases.</summary>
    public required string Suite { get; init; }

    /// <summary>For example <c>bookworm</c>.</summary>
    public required string Codename { get; init; }

    /// <summary>For example <c>12.15</c>; empty for suites without point releases.</summary>
    public string Version { get; init; } = "";

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>After when it must not be believed any more; null for a released suite.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>Whether indexes can be had under their digest, safe from a mirror being updated meanwhile.</summary>
    public bool AcquireByHash { get; init; }

    /// <summary>Path relative to the Release file -> size and digest.</summary>
    public required FrozenDictionary<string, ReleaseEntry> Files { get; init; }

    /// <summary>Reads a verified payload; throws <see cref="FormatException"/>.</summary>
    public static ReleaseFile Parse(string payload)
    {
        var stanza = new ControlReader(new StringReader(payload)).Read() ?? throw new FormatException("the Release file is empty");
        string Need(string field) => stanza[field] ?? throw new FormatException($"the Release file has no '{field}'");
        return new()
        {
            Suite = stanza["Suite"] ?? "",
            Codename = stanza["Codename"] ?? "",
            Version = stanza["Version"] ?? "",
            Date = ParseDate(Need("Date")),
            ValidUntil = stanza["Valid-Until"] is { } until ? ParseDate(until) : null,
            AcquireByHash = stanza["Acquire-By-Hash"] is { } byHash && byHash.Equals("yes", StringComparison.OrdinalIgnoreCase),
            Files = ParseFiles(Need("SHA256")).ToFrozenDictionary(StringComparer.Ordinal),
        };
    }

    private static DateTimeOffset ParseDate(string text) =>
        DateTimeOffset.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date
            : throw new FormatException($"'{text}' is not a date");

    // Lines "DIGEST SIZE PATH".
    private static IEnumerable<KeyValuePair<string, ReleaseEntry>> ParseFiles(string section)
    {
        foreach (var line in section.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            yield return line.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
            {
                [var digest, var size, var path] => new(path, new(long.Parse(size, NumberStyles.None, CultureInfo.InvariantCulture), Digest.Parse(digest))),
                _ => throw new FormatException($"'{line}' is not a digest, a size and a path"),
            };
        }
    }
}
