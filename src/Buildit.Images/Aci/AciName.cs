using System.Text;

namespace Buildit.Images.Aci;

/// <summary>
/// Names as the App Container specification has them. AC Identifier: <c>^[a-z0-9]+([-._~/][a-z0-9]+)*$</c>; AC Name: the same with <c>-</c> only.
/// </summary>
public static class AciName
{
    private const string IdentifierSeparators = "-._~/";
    private const string NameSeparators = "-";

    /// <summary>Whether this is an AC Identifier (of images, labels, annotations, isolators).</summary>
    public static bool IsIdentifier(string text) => IsLegal(text, IdentifierSeparators);

    /// <summary>Whether this is an AC Name (of ports and mount points).</summary>
    public static bool IsName(string text) => IsLegal(text, NameSeparators);

    /// <summary>The nearest AC Identifier: lower case, what cannot stay becomes <c>_</c>, one separator at a time, none at the edges. Null if nothing is left.</summary>
    public static string? MakeIdentifier(string text) => Make(text, IdentifierSeparators, '_');

    /// <summary>The nearest AC Name: lower case, <c>-</c> for what cannot stay. Null if nothing is left.</summary>
    public static string? MakeName(string text) => Make(text, NameSeparators, '-');

    private static bool IsLegal(string text, string separators) => text.Length > 0 && Make(text, separators, '-') == text;

    private static string? Make(string text, string separators, char replacement)
    {
        var made = new StringBuilder(text.Length);
        var separator = '\0';
        foreach (var c in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
            {
                if (separator != '\0' && made.Length > 0)
                {
                    made.Append(separator);
                }

                made.Append(c);
                separator = '\0';
            }
            else if (separator == '\0' || (separator == replacement && separators.Contains(c, StringComparison.Ordinal)))
            {
                // Of several in a row, the first that is legal stays.
                separator = separators.Contains(c, StringComparison.Ordinal) ? c : replacement;
            }
        }

        return made.Length == 0 ? null : made.ToString();
    }
}
