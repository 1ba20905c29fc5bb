namespace Buildit.Store.Fetching;

/// <summary>Addresses as people and logs may see them.</summary>
public static class Redaction
{
    /// <summary>The address with <c>user:password@</c> replaced by <c>***@</c>. Works on text, since an address that cannot be parsed is printed too.</summary>
    public static string Of(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return url;
        }

        var start = scheme + 3;
        var end = url.AsSpan(start).IndexOfAny("/?#") is var i and >= 0 ? start + i : url.Length;
        var at = url.LastIndexOf('@', end - 1, end - start);
        return at < 0 ? url : string.Concat(url.AsSpan(0, start), "***", url.AsSpan(at));
    }

    /// <summary>The same for an address that a server named: its query goes too, since signed addresses carry secrets there.</summary>
    public static string Of(Uri url) => Of(url.GetLeftPart(UriPartial.Path));
}
