using System.Text.RegularExpressions;

namespace Buildit.Core.Yaml;

/// <summary>File modes as people write them: octal, whatever YAML would make of the digits. <c>0644</c>, <c>"0644"</c> and <c>644</c> are the same.</summary>
public static partial class FileMode
{
    /// <summary>Reads a mode; on failure <paramref name="hint"/> says what to write.</summary>
    public static bool TryParse(string text, out int mode, out string? hint)
    {
        (mode, hint) = (0, null);
        var digits = text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text;
        if (digits.Length is >= 3 and <= 5 && digits.All(c => c is >= '0' and <= '7') && Convert.ToInt32(digits, 8) is var value and <= 0xFFF)
        {
            mode = value;
            return true;
        }

        hint = FromLetters(text) is { } octal
            ? $"write it in octal: {octal}"
            : "write three or four digits from 0 to 7 (4 = read, 2 = write, 1 = execute), for example 0644";
        return false;
    }

    // rw-r--r-- as ls prints it; -rw-r--r-- with the type of the file in front.
    private static string? FromLetters(string text)
    {
        var letters = text.Length == 10 ? text[1..] : text;
        if (!LsForm().IsMatch(letters))
        {
            return null;
        }

        var mode = letters.Aggregate(0, (bits, c) => (bits << 1) | (c == '-' ? 0 : 1));
        return "0" + Convert.ToString(mode, 8).PadLeft(3, '0');
    }

    [GeneratedRegex("^([r-][w-][x-]){3}$")]
    private static partial Regex LsForm();
}
