using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Recipes;

/// <summary>What names and versions of packages may look like, so that <c>category/name-version</c> can be taken apart again.</summary>
public static partial class PackageName
{
    /// <summary>Why this is no name of a package or category, or null if it is one.</summary>
    public static string? Mistake(string name)
    {
        if (name.Any(char.IsAsciiLetterUpper))
        {
            return $"write it in lower case: '{name.ToLowerInvariant()}'";
        }

        if (!Characters().IsMatch(name))
        {
            return "use lower-case letters, digits and + - . _, beginning with a letter or digit";
        }

        return VersionAtEnd().IsMatch(name) ? "the end reads as a version: nothing after a '-' may begin with a digit" : null;
    }

    /// <summary>Reports a name that is none.</summary>
    public static void Check(Spanned<string> name, string what, DiagnosticBag bag)
    {
        if (Mistake(name.Value) is { } hint)
        {
            bag.Error(name.Span, $"'{name.Value}' is not {what}", hint);
        }
    }

    /// <summary>Reports a version that is none.</summary>
    public static void CheckVersion(Spanned<string> version, DiagnosticBag bag)
    {
        if (!Version().IsMatch(version.Value))
        {
            var hint = VersionAtEnd().IsMatch(version.Value) && char.IsAsciiDigit(version.Value[0])
                ? "after a '-' comes a letter, so that category/name-version can be taken apart; write for example 1.2-r1 or 2024.01.31"
                : "a version begins with a digit; then letters, digits and . + ~ _ -";
            bag.Error(version.Span, $"'{version.Value}' is not a version", hint);
        }
    }

    internal static bool IsVersion(string text) => Version().IsMatch(text);

    [GeneratedRegex(@"^[a-z0-9][a-z0-9+._-]*$")]
    private static partial Regex Characters();

    [GeneratedRegex("-[0-9][^-]*(-[a-zA-Z][^-]*)*$")]
    private static partial Regex VersionAtEnd();

    [GeneratedRegex(@"^[0-9][A-Za-z0-9.+~_]*(-[A-Za-z][A-Za-z0-9.+~_]*)*$")]
    private static partial Regex Version();
}
