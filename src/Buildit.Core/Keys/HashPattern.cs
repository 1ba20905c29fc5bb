using System.Diagnostics.CodeAnalysis;

namespace Buildit.Core.Keys;

/// <summary>A HASH as people write it: a UUID, 64 hexadecimal digits, or the beginning of either, 8 digits at least.</summary>
/// <param name="Digits">Hexadecimal digits, without the dashes of a UUID.</param>
/// <param name="IsUuid">Whether it has dashes; a UUID has digits of its own in two places, whatever the key has there.</param>
public sealed record HashPattern(string Digits, bool IsUuid)
{
    private const int Shortest = 8;
    private const int DigitsOfUuid = 32;
    private const int DigitsOfKey = 64;

    // Where RFC 9562 puts version and variant.
    private static readonly int[] Overwritten = [12, 16];

    /// <summary>For the index: digits, and '?' where any may stand.</summary>
    public string Glob => IsUuid ? string.Concat(Digits.Select((d, i) => Overwritten.Contains(i) ? '?' : d)) : Digits;

    /// <summary>Whether a key is meant.</summary>
    public bool Matches(RecipeKey key) => (IsUuid ? key.Uuid.Replace("-", "", StringComparison.Ordinal) : key.ToString()).StartsWith(Digits, StringComparison.Ordinal);

    /// <summary>Whether a text can be a HASH at all.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HashPattern? pattern)
    {
        var isUuid = text.Contains('-', StringComparison.Ordinal);
        var digits = text.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        var fits = digits.Length >= Shortest && digits.Length <= (isUuid ? DigitsOfUuid : DigitsOfKey) && digits.All(char.IsAsciiHexDigit);
        pattern = fits && (!isUuid || IsBeginningOfUuid(text)) ? new(digits, isUuid) : null;
        return pattern is not null;
    }

    private static bool IsBeginningOfUuid(string text) => text.Length <= 36 && !text.Where((c, i) => (c == '-') != (i is 8 or 13 or 18 or 23)).Any();
}
