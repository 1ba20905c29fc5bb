using System.Text;

namespace Buildit.Store.Compression;

/// <summary>What a file is, told by its first bytes: to pick a decompressor, and to tell a person what came instead of the file.</summary>
/// <param name="Name">For example "HTML page".</param>
/// <param name="FirstLine">First line of a text, shortened; null for anything else.</param>
public sealed record ContentKind(string Name, string? FirstLine = null)
{
    private const int LineLength = 80;

    /// <summary>Name of the kind of HTML pages.</summary>
    public const string HtmlName = "HTML page";

    /// <summary>No byte at all.</summary>
    public static ContentKind Empty { get; } = new("empty file");

    /// <summary>Only NUL bytes, as a crash leaves them.</summary>
    public static ContentKind Zeros { get; } = new("file of zeros");

    /// <summary>gzip (RFC 1952).</summary>
    public static ContentKind Gzip { get; } = new("gzip archive");

    /// <summary>bzip2.</summary>
    public static ContentKind Bzip2 { get; } = new("bzip2 archive");

    /// <summary>xz.</summary>
    public static ContentKind Xz { get; } = new("xz archive");

    /// <summary>Zstandard (RFC 8878).</summary>
    public static ContentKind Zstd { get; } = new("zstd archive");

    /// <summary>zip.</summary>
    public static ContentKind Zip { get; } = new("zip archive");

    /// <summary>tar, not compressed.</summary>
    public static ContentKind Tar { get; } = new("tar archive");

    /// <summary>Bytes that are no text and nothing known.</summary>
    public static ContentKind Binary { get; } = new("binary file");

    /// <summary>With its article: "an HTML page".</summary>
    public string Description => (Name[0] is 'a' or 'e' or 'o' or 'X' or 'x' || Name.StartsWith("HTML", StringComparison.Ordinal) || Name.StartsWith("ELF", StringComparison.Ordinal) ? "an " : "a ") + Name;

    /// <summary>Looks at the first bytes; 512 are enough for every kind.</summary>
    public static ContentKind Detect(ReadOnlySpan<byte> head) => head switch
    {
        [] => Empty,
        [0x1F, 0x8B, ..] => Gzip,
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..] => Bzip2,
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => Xz,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Zstd,
        [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] => Zip,
        [0x7F, (byte)'E', (byte)'L', (byte)'F', ..] => new("ELF file"),
        _ when head.StartsWith("!<arch>\n"u8) => new("ar archive"),
        _ when IsTar(head) => Tar,
        _ when !head.ContainsAnyExcept((byte)0) => Zeros,
        _ => DetectText(head),
    };

    /// <summary>Whether these bytes are the first header of a tar archive: "ustar" in its place, or, before POSIX, only a right checksum.</summary>
    private static bool IsTar(ReadOnlySpan<byte> head) =>
        head.Length >= 512 && (head[257..].StartsWith("ustar"u8) || (head[0] != 0 && Sources.TarHeader.HasRightChecksum(head[..512])));

    private static ContentKind DetectText(ReadOnlySpan<byte> head)
    {
        if (head.Contains((byte)0) || head.Count((byte)0xFF) > 0)
        {
            return Binary;
        }

        var text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        return new(TextName(text), FirstLineOf(text));
    }

    private static string TextName(string text) => text switch
    {
        _ when Begins(text, "<!doctype html") || Begins(text, "<html") || Begins(text, "<head") => HtmlName,
        _ when Begins(text, "<?xml") => text.Contains("<html", StringComparison.OrdinalIgnoreCase) ? HtmlName : "XML document",
        _ when Begins(text, "-----BEGIN PGP SIGNATURE") => "PGP signature",
        _ when Begins(text, "-----BEGIN PGP") => "PGP message",
        _ when Begins(text, "version https://git-lfs") => "Git LFS pointer",
        _ => "text",
    };

    private static bool Begins(string text, string start) => text.StartsWith(start, StringComparison.OrdinalIgnoreCase);

    private static string FirstLineOf(string text)
    {
        // It goes to a terminal: no control characters.
        var line = string.Concat(text.TakeWhile(c => c is not ('\n' or '\r')).Select(c => char.IsControl(c) ? '?' : c));
        return line.Length <= LineLength ? line : line[..LineLength] + "…";
    }
}
