using System.Globalization;

namespace Buildit.Core.Debian;

/// <summary>
/// A Debian version, <c>[epoch:]upstream[-revision]</c>, ordered exactly as dpkg orders it (Debian Policy 5.6.12; dpkg's lib/dpkg/version.c).
/// Equality is that of the text; versions that compare as equal (<c>1.0</c> and <c>1.0-0</c>) can still be different texts.
/// </summary>
public readonly record struct DebianVersion(string Text) : IComparable<DebianVersion>
{
    /// <summary>Whether dpkg would accept the text as a version.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        if (colon >= 0 && !int.TryParse(text[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return false;
        }

        var parts = Split(text);
        return parts.Upstream.Length > 0 && char.IsAsciiDigit(parts.Upstream[0]) && OnlyHas(parts.Upstream, ".-+~:")
            && !text.EndsWith('-') && OnlyHas(parts.Revision, ".+~");
    }

    /// <summary>Less than, equal to or more than zero, as <paramref name="a"/> is older than, as old as or newer than <paramref name="b"/>.</summary>
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var left = Split(a);
        var right = Split(b);
        return VersionOrder.Compare(left.Epoch, right.Epoch) is not 0 and var epoch ? epoch
            : VersionOrder.Compare(left.Upstream, right.Upstream) is not 0 and var upstream ? upstream
            : VersionOrder.Compare(left.Revision, right.Revision);
    }

    /// <inheritdoc/>
    public int CompareTo(DebianVersion other) => Compare(Text, other.Text);

    /// <summary>The text.</summary>
    public override string ToString() => Text;

    private static Parts Split(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        var rest = text[(colon + 1)..];
        var dash = rest.LastIndexOf('-');
        return new(colon < 0 ? "" : text[..colon], dash < 0 ? rest : rest[..dash], dash < 0 ? "" : rest[(dash + 1)..]);
    }

    private static bool OnlyHas(ReadOnlySpan<char> text, ReadOnlySpan<char> marks)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !marks.Contains(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Spans cannot stand in a tuple.</summary>
    private readonly ref struct Parts(ReadOnlySpan<char> epoch, ReadOnlySpan<char> upstream, ReadOnlySpan<char> revision)
    {
        public readonly ReadOnlySpan<char> Epoch = epoch;
        public readonly ReadOnlySpan<char> Upstream = upstream;
        public readonly ReadOnlySpan<char> Revision = revision;
    }
}
