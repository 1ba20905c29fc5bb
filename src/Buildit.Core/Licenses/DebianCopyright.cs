using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Buildit.Core.Licenses;

/// <summary>
/// Reads <c>/usr/share/doc/NAME/copyright</c> in the machine-readable format (DEP-5, "Machine-readable debian/copyright file", 1.0). Its <c>License</c> fields name the
/// licenses of all files of the source package, which is more than those of one binary package. Older files are prose, from which nothing is guessed.
/// </summary>
public static partial class DebianCopyright
{
    private const string Format = "Format:";

    // Short names that are not those of SPDX; versions are translated by rule.
    private static readonly ImmutableSortedDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["Expat"] = "MIT",
        ["public-domain"] = "LicenseRef-public-domain",
        ["BSD-2-clause"] = "BSD-2-Clause",
        ["BSD-3-clause"] = "BSD-3-Clause",
        ["BSD-4-clause"] = "BSD-4-Clause",
        ["Perl"] = "Artistic-1.0-Perl OR GPL-1.0-or-later",
        ["Artistic"] = "Artistic-1.0",
        ["zlib/libpng"] = "Zlib",
        ["PSF-2"] = "PSF-2.0",
    }.ToImmutableSortedDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>All licenses that the file names, joined by <c>AND</c>; null if it is not of this format or names none. What SPDX does not have becomes <c>LicenseRef-...</c>.</summary>
    public static LicenseExpression? Read(string text)
    {
        var lines = text.Replace("\r", "", StringComparison.Ordinal).Split('\n');
        if (!lines[0].StartsWith(Format, StringComparison.OrdinalIgnoreCase) || !lines[0].Contains("copyright-format", StringComparison.Ordinal))
        {
            return null;
        }

        var named = Paragraphs(lines).Where(p => p.ContainsKey("files") || p.ContainsKey("format")).Select(p => p.GetValueOrDefault("license")).OfType<string>().Where(l => l.Length > 0).Distinct(StringComparer.Ordinal);
        LicenseExpression[] licenses = [.. named.Select(Translate)];
        return licenses.Length == 0 ? null : LicenseExpression.AllOf(licenses);
    }

    /// <summary>The paragraph that has the text of a license, by the name that <see cref="Read"/> gave it; null if there is none.</summary>
    public static string? TextOf(string text, string reference)
    {
        var lines = text.Replace("\r", "", StringComparison.Ordinal).Split('\n');
        for (var i = 0; i < lines.Length - 1; i++)
        {
            // Only where lines follow that are indented is it the text; elsewhere it is a mention.
            if (Field().Match(lines[i]) is { Success: true } field && field.Groups["name"].Value.Equals("License", StringComparison.OrdinalIgnoreCase)
                && LicenseExpression.Reference(field.Groups["value"].Value.Trim()) == reference && lines[i + 1].StartsWith(' '))
            {
                return string.Join('\n', lines[(i + 1)..].TakeWhile(l => l.StartsWith(' ')).Select(l => l.Trim() == "." ? "" : l[1..]));
            }
        }

        return null;
    }

    /// <summary>Fields by lower-case name, the first line of each; a text follows below it.</summary>
    private static IEnumerable<Dictionary<string, string>> Paragraphs(IEnumerable<string> lines)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines.Append(""))
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                yield return fields;
                fields = new(StringComparer.Ordinal);
            }
            else if (Field().Match(line) is { Success: true } field)
            {
                fields.TryAdd(field.Groups["name"].Value.ToLowerInvariant(), field.Groups["value"].Value.Trim());
            }
        }
    }

    /// <summary>"GPL-2+ with OpenSSL exception, and Expat" as an expression. The commas only group, which hardly a file needs.</summary>
    private static LicenseExpression Translate(string written)
    {
        var ors = Split(written, " or ").Select(or => LicenseExpression.AllOf(Split(or, " and ").Select(Name)));
        LicenseExpression[] choices = [.. ors];
        return choices switch { [] => Own(written), [var only] => only, _ => new LicenseExpression.Or([.. choices]) };
    }

    private static string[] Split(string text, string word) =>
        text.Replace(",", " ", StringComparison.Ordinal).Split(word, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static LicenseExpression Name(string name)
    {
        if (Names.TryGetValue(name, out var spdx))
        {
            return LicenseExpression.Parse(spdx, out _)!;
        }

        if (Gnu().Match(name) is { Success: true } gnu)
        {
            var version = gnu.Groups["version"].Value is { Length: > 0 } v ? v : "1";
            var number = version.Contains('.', StringComparison.Ordinal) ? version : version + ".0";
            var id = $"{gnu.Groups["name"].Value.ToUpperInvariant()}-{number}{(gnu.Groups["later"].Success || gnu.Groups["version"].Length == 0 ? "-or-later" : "-only")}";
            return LicenseIds.Has(id) ? new LicenseExpression.Term(id, null) : Own(name);
        }

        return LicenseIds.Licenses.TryGetValue(name, out var listed) ? new LicenseExpression.Term(listed) : Own(name);
    }

    private static LicenseExpression.Term Own(string name) => new(LicenseExpression.Reference(name.Replace("LicenseRef-", "", StringComparison.Ordinal)));

    [GeneratedRegex("^(?<name>[A-Za-z][A-Za-z-]*):(?<value>.*)$")]
    private static partial Regex Field();

    [GeneratedRegex(@"^(?<name>A?GPL|LGPL|GFDL)(-(?<version>[0-9.]+))?(?<later>\+)?\z", RegexOptions.IgnoreCase)]
    private static partial Regex Gnu();
}
