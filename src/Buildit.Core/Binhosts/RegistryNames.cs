namespace Buildit.Core.Binhosts;

/// <summary>The names that things have where a binhost is a repository of a registry: tags, which are letters, digits, '.', '_' and '-', 128 at most. See docs/binhosts.md.</summary>
public static class RegistryNames
{
    /// <summary>Type of an artifact that is a record with what it names.</summary>
    public const string RecordType = "application/vnd.buildit.record.v1";

    /// <summary>Type of an artifact that is some other file of a binhost.</summary>
    public const string FileType = "application/vnd.buildit.file.v1";

    private const string Documents = "buildit.";

    // Room for what tells versions apart.
    private const int LongestTag = 128 - 17;

    /// <summary>The tag of a document: a record's is its key.</summary>
    public static string Tag(string path) => BinhostLayout.RecordKey(path) ?? Plain(Documents + path.Replace('/', '.'), path);

    /// <summary>The tag of what one has written of a document, which nobody else writes to.</summary>
    public static string Version(string tag, string id) => Versions(tag) + id;

    /// <summary>What all tags of versions of a document begin with.</summary>
    public static string Versions(string tag) => tag + ".";

    /// <summary>What tells a version from others: of its content.</summary>
    public static string VersionId(ReadOnlySpan<byte> content) => Digest.Of(content).Hex[..16];

    /// <summary>The tag of an image that has <paramref name="name"/> in the index: <c>nginx:1.26</c> becomes <c>nginx-1.26</c>.</summary>
    public static string Image(string name) => Plain(name.Replace(':', '-').Replace('/', '-').Replace('+', '-'), name);

    /// <summary>The tag under which those who know no referrers API look for what is about a manifest (OCI distribution specification 1.1, "Referrers Tag Schema").</summary>
    public static string Referrers(Digest subject) => "sha256-" + subject.Hex;

    private static string Plain(string tag, string name)
    {
        var plain = string.Concat(tag.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_'));
        plain = plain[0] is '.' or '-' ? "_" + plain : plain;
        // What had to be changed could meet something else of the same name.
        return plain.Length > LongestTag || plain != tag ? $"{plain[..Math.Min(plain.Length, LongestTag - 17)]}-{Digest.Of(name).Hex[..16]}" : plain;
    }
}
