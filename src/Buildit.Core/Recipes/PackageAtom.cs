using Buildit.Core.Diagnostics;

namespace Buildit.Core.Recipes;

/// <summary>
/// A package by name, as Gentoo's users write it: <c>category/name</c> (its default version) or <c>category/name-version</c>.
/// <c>debian/NAME</c> is a package of the distribution.
/// </summary>
public readonly record struct PackageAtom
{
    /// <summary>The category of distribution packages.</summary>
    public const string Debian = "debian";

    private PackageAtom(string category, string name, string? version) => (Category, Name, Version) = (category, name, version);

    /// <summary>What stands before the slash.</summary>
    public string Category { get; }

    /// <summary>Name without category and version.</summary>
    public string Name { get; }

    /// <summary>The version, or null for the default one.</summary>
    public string? Version { get; }

    /// <summary>Whether it is a package of the distribution.</summary>
    public bool IsDebian => Category == Debian;

    /// <summary>Category and name, without a version.</summary>
    public string Key => $"{Category}/{Name}";

    /// <summary>Reads an atom; on failure <paramref name="hint"/> says what to write.</summary>
    public static bool TryParse(string text, out PackageAtom atom, out string? hint)
    {
        (atom, hint) = (default, null);
        if (text.Split('/') is not [var category, var rest] || category.Length == 0 || rest.Length == 0)
        {
            hint = "write category/name or category/name-version, for example www-servers/nginx";
            return false;
        }

        // Names such as libgcc-12-dev or g++-12 look like versions, so that a distribution package's name is never taken apart here.
        var (name, version) = category == Debian ? (rest, null) : Split(rest);
        hint = PackageName.Mistake(category) ?? (category == Debian ? DebianMistake(name) : PackageName.Mistake(name));
        atom = new(category, name, version);
        return hint is null;
    }

    /// <summary>Reads an atom; a mistake goes into the bag.</summary>
    public static PackageAtom? Parse(Spanned<string> text, DiagnosticBag bag)
    {
        if (TryParse(text.Value, out var atom, out var hint))
        {
            return atom;
        }

        bag.Error(text.Span, $"'{text.Value}' is not the name of a package", hint);
        return null;
    }

    /// <summary>The other way to read a distribution package whose exact name is unknown: <c>debian/zlib1g-1.2.13</c> as name and version; null if there is none.</summary>
    public PackageAtom? SplitVersion() =>
        IsDebian && Split(Name) is (var name, { } version) ? new PackageAtom(Category, name, version) : null;

    /// <summary><c>category/name</c> or <c>category/name-version</c>.</summary>
    public override string ToString() => Version is null ? Key : $"{Key}-{Version}";

    // The version begins behind the last '-' that a digit follows: 1.26.3, but also 1.26.3-r1.
    private static (string Name, string? Version) Split(string text)
    {
        for (var i = text.Length - 2; i > 0; i--)
        {
            if (text[i] == '-' && char.IsAsciiDigit(text[i + 1]))
            {
                return PackageName.IsVersion(text[(i + 1)..]) ? (text[..i], text[(i + 1)..]) : (text, null);
            }
        }

        return (text, null);
    }

    private static string? DebianMistake(string name) =>
        char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '+' or '-' or '.' or ':' or '~')
            ? null
            : "names of Debian packages are lower-case letters, digits and + - .";
}
