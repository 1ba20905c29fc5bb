namespace Buildit.Core.Records;

/// <summary>Addresses as records may have them: what was declared, the same on every machine, without passwords.</summary>
public static class PublicUri
{
    /// <summary>The address as a URI (RFC 3986) for a record; null for a path, also one written as <c>file:PATH</c>, that only counts from the recipe's directory.</summary>
    public static string? Of(string url)
    {
        var colon = url.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || !char.IsAsciiLetter(url[0]) || !url[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.') || (url.StartsWith("file:", StringComparison.Ordinal) && !url.StartsWith("file:/", StringComparison.Ordinal)))
        {
            return null;
        }

        var start = colon + "://".Length;
        if (!url.AsSpan(colon).StartsWith("://"))
        {
            return url;
        }

        var end = url.AsSpan(start).IndexOfAny("/?#") is var i and >= 0 ? start + i : url.Length;
        var at = url.LastIndexOf('@', end - 1, end - start);
        return at < 0 ? url : string.Concat(url.AsSpan(0, start), url.AsSpan(at + 1));
    }

    /// <summary>A commit of a git repository as a URI, as SPDX and pip write it; null as above.</summary>
    public static string? OfGit(string url, string commit) => Of(url) is { } address ? $"git+{address}@{commit}" : null;
}
