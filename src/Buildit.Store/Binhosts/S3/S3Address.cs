using System.Text.RegularExpressions;

namespace Buildit.Store.Binhosts.S3;

/// <summary>A bucket, and what of it: <c>s3://BUCKET[/PREFIX]</c>, as the command <c>aws s3</c> writes it. Who keeps the bucket is said elsewhere (<see cref="S3Settings"/>).</summary>
/// <param name="Bucket">Its name.</param>
/// <param name="Prefix">What all keys of the binhost begin with: empty, or ending with a slash.</param>
internal sealed partial record S3Address(string Bucket, string Prefix)
{
    private const string Scheme = "s3://";

    /// <summary>The key of a file of the binhost.</summary>
    public string Key(string path) => Prefix + path;

    /// <summary>Reads an address; null, and why, if it is none.</summary>
    public static S3Address? Parse(string text, out string? objection)
    {
        objection = "an address has the form s3://BUCKET[/PREFIX]";
        if (!text.StartsWith(Scheme, StringComparison.Ordinal) || text.AsSpan(Scheme.Length).ContainsAny("?#%\\"))
        {
            return null;
        }

        var parts = text[Scheme.Length..].TrimEnd('/').Split('/');
        if (parts[0].Contains('@', StringComparison.Ordinal))
        {
            objection = "a bucket's address has no login in it: it comes from AWS_PROFILE, or from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
            return null;
        }

        if (!BucketName().IsMatch(parts[0]))
        {
            objection = $"'{parts[0]}' is no name of a bucket: 3 to 63 lower-case letters, digits, '.' and '-'; who keeps it is said by AWS_ENDPOINT_URL";
            return null;
        }

        if (parts[1..].Any(p => p is "" or "." or ".." || p.Any(char.IsControl)))
        {
            objection = "the names in a bucket's address are not empty, and neither '.' nor '..'";
            return null;
        }

        objection = null;
        return new(parts[0], string.Concat(parts[1..].Select(p => p + "/")));
    }

    // "General purpose bucket naming rules" of Amazon S3.
    [GeneratedRegex(@"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z")]
    private static partial Regex BucketName();
}
