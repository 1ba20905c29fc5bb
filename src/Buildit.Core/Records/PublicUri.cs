namespace Buildit.Core.Records;

/// <summary>Addresses as records may have them: what was declared, the same on every machine, without passwords.</summary>
public static class PublicUri
{
    /// <summary>The address as a URI (RFC 3986) for a record; null for one of this machine alone.</summary>
    public static string? Of(string url)
    {
        if (url.StartsWith("file:", StringComparison.Ordinal) || url.StartsWith('/'))
        {
            return null;
        }

        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return url;
        }

        var start = scheme + 3;
        var end = url.AsSpan(start).IndexOfAny("/?#") is var i and >= 0 ? start + i : url.Length;
        var at = url.LastIndexOf('@', end - 1, end - start);
        return at < 0 ? url : string.Concat(url.AsSpan(0, start), url.AsSpan(at + 1));
    }
}
