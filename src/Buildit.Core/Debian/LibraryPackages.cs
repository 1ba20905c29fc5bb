using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Buildit.Core.Debian;

/// <summary>Guesses names of distribution packages by what is in them.</summary>
public static partial class LibraryPackages
{
    private static readonly Dictionary<string, string> Programs = new(StringComparer.Ordinal) { ["sh"] = "dash", ["awk"] = "gawk", ["vi"] = "vim-tiny", ["nc"] = "netcat-openbsd" };

    /// <summary>Names that the package of a library should have by Debian's policy (8.1), likeliest first: <c>libssl.so.3</c> is in <c>libssl3</c>.</summary>
    public static ImmutableArray<string> OfSoname(string soname)
    {
        if (SonameForm().Match(soname) is not { Success: true } match)
        {
            return [];
        }

        var (name, version) = (match.Groups["name"].Value, match.Groups["version"].Value);
        var whole = (name + (version.Length > 0 && char.IsAsciiDigit(name[^1]) ? "-" : "") + version).ToLowerInvariant().Replace('_', '-');
        return [whole, whole + "t64", whole + "g"];
    }

    /// <summary>The package that a program is likely to be in, by the last part of its path: <c>/bin/sh</c> is in <c>dash</c>.</summary>
    public static string OfProgram(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.StartsWith("ld-linux", StringComparison.Ordinal) ? "libc6" : Programs.GetValueOrDefault(name, name);
    }

    // libfoo.so.1.2, and libfoo-1.2.so.
    [GeneratedRegex(@"^(?<name>[A-Za-z0-9_+.-]+?)(-(?<version>[0-9][0-9.]*)\.so|\.so(\.(?<version>[0-9.]+))?)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex SonameForm();
}
