using System.Text.RegularExpressions;
using Buildit.Core.Licenses;

namespace Buildit.Core.Sboms;

/// <summary>Which files of sources are license texts, and what stands behind a name that no list has.</summary>
public static partial class SbomTexts
{
    /// <summary>Whether a file of unpacked sources, by its path, is a license or notice: at the top, or in a directory for them. Those of bundled libraries deeper down count, too.</summary>
    public static bool IsLicense(string path) => Form().IsMatch(path);

    /// <summary>The text for a <c>LicenseRef-</c> of a package: its paragraph of the package's copyright file, or where to look.</summary>
    internal static string Of(string id, SbomPackage package) =>
        package.Texts.Select(t => DebianCopyright.TextOf(t.Text, id)).FirstOrDefault(t => t is not null)
        ?? (package.Texts.IsEmpty ? $"See the package {package.Name}." : $"See {string.Join(", ", package.Texts.Select(t => t.Name))} of the package {package.Name}.");

    // LICENSE, LICENCE.txt, COPYING.LIB, COPYRIGHT, NOTICE, UNLICENSE, but no code of such a name; LICENSES/*, licenses/*.
    [GeneratedRegex(@"^(?!.*\.(c|h|cc|cpp|hpp|py|pl|pm|sh|go|rs|js|ts|in|am|t|ya?ml|json|xml|spdx)\z).*(^|/)((UN)?LICEN[CS]E|COPYING|COPYRIGHT|NOTICE)([._-][A-Za-z0-9._-]*)?\z|^(LICENSES|licenses)/[^/]+\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
