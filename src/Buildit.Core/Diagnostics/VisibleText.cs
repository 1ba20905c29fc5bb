using System.Text;

namespace Buildit.Core.Diagnostics;

/// <summary>Text from anywhere made fit for a terminal: what would move the cursor, change colours or turn the direction of writing becomes visible.</summary>
public static class VisibleText
{
    private const string Tab = "    ";

    /// <summary>The text on one line; tabs become spaces, other control characters their pictures.</summary>
    public static string Of(string text)
    {
        if (!text.Any(IsHidden))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            // U+2400 and on are pictures of the control characters.
            _ = c == '\t' ? result.Append(Tab) : result.Append(c < ' ' ? (char)(0x2400 + c) : IsHidden(c) ? '\uFFFD' : c);
        }

        return result.ToString();
    }

    private static bool IsHidden(char c) => char.IsControl(c) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
