namespace Buildit.Store.Binhosts.S3;

/// <summary>What a bucket tells browsers and caches of a file, when it is shown as a web site.</summary>
internal static class S3Types
{
    /// <summary>The media type of a file.</summary>
    public static string Of(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".json" => "application/json",
        ".log" or ".yaml" or ".pub" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };

    /// <summary>How long it may be kept without asking: blobs for ever, since they have other names when they have other bytes.</summary>
    public static string CachingOf(string path) => path.Contains("blobs/sha256/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
}
