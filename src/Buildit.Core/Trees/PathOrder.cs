namespace Buildit.Core.Trees;

/// <summary>Orders paths by the bytes of their UTF-8 form, which is also the order of Unicode code points.</summary>
public sealed class PathOrder : IComparer<string>
{
    /// <summary>The one instance.</summary>
    public static PathOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return string.CompareOrdinal(x, y);
        }

        var length = Math.Min(x.Length, y.Length);
        for (var i = 0; i < length; i++)
        {
            if (x[i] != y[i])
            {
                return Rank(x[i]).CompareTo(Rank(y[i]));
            }
        }

        return x.Length.CompareTo(y.Length);
    }

    // UTF-16 surrogates stand for code points above all others, but their code units are below U+E000..U+FFFF.
    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
