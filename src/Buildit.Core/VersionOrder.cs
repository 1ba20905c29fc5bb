namespace Buildit.Core;

/// <summary>
/// The order of upstream versions, as Debian's policy defines it (Debian Policy 5.6.12, "Version") and dpkg's verrevcmp does it: digits compare as numbers, letters before other characters,
/// <c>~</c> before everything, even the end.
/// </summary>
internal static class VersionOrder
{
    /// <summary>Less than, equal to or greater than zero, as <see cref="IComparer{T}.Compare"/>.</summary>
    internal static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (a.Length > 0 || b.Length > 0)
        {
            var order = CompareText(ref a, ref b);
            order = order != 0 ? order : CompareNumber(ref a, ref b);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static int CompareText(ref ReadOnlySpan<char> a, ref ReadOnlySpan<char> b)
    {
        while (Rank(a) is var x && Rank(b) is var y && (x != 0 || y != 0))
        {
            if (x != y)
            {
                return x.CompareTo(y);
            }

            a = a[1..];
            b = b[1..];
        }

        return 0;
    }

    private static int CompareNumber(ref ReadOnlySpan<char> a, ref ReadOnlySpan<char> b)
    {
        var x = TakeDigits(ref a).TrimStart('0');
        var y = TakeDigits(ref b).TrimStart('0');
        return x.Length != y.Length ? x.Length.CompareTo(y.Length) : x.CompareTo(y, StringComparison.Ordinal);
    }

    private static ReadOnlySpan<char> TakeDigits(ref ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? text : text[..end];
        text = text[digits.Length..];
        return digits;
    }

    // The end of a text part counts as 0, whether a digit or nothing follows.
    private static int Rank(ReadOnlySpan<char> text) => text switch
    {
        [] => 0,
        ['~', ..] => -1,
        [var c, ..] when char.IsAsciiDigit(c) => 0,
        [var c, ..] when char.IsAsciiLetter(c) => c,
        [var c, ..] => c + 256,
    };
}
