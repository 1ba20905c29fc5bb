using System.Text;
using System.Text.RegularExpressions;

namespace Buildit.Core.Sboms;

/// <summary>Names by which other tools know packages: package URLs (package-url/purl-spec) and CPE 2.3 (NISTIR 7695).</summary>
public static partial class SbomNames
{
    /// <summary>Of a .deb.</summary>
    /// <param name="name">Binary package.</param>
    /// <param name="version">Full version.</param>
    /// <param name="architecture">Of the .deb.</param>
    /// <param name="suite">The distribution's suite.</param>
    /// <param name="source">Source package: what security advisories speak of.</param>
    public static string OfDebian(string name, string version, string architecture, string suite, string source)
    {
        var sourceVersion = DebianSourceVersion(version);
        var upstream = sourceVersion != version ? $"&upstream={Encode($"{source}@{sourceVersion}")}" : source != name ? $"&upstream={Encode(source)}" : "";
        return $"pkg:deb/debian/{Encode(name)}@{Encode(version)}?arch={Encode(architecture)}&distro={Encode("debian-" + DebianRelease(suite))}{upstream}";
    }

    /// <summary>Of something built from sources: where its main source can be had, and that source's digest.</summary>
    public static string OfBuilt(string name, string version, SbomSource? source)
    {
        var place = source?.Uri switch
        {
            null => "",
            var uri when uri.StartsWith("git+", StringComparison.Ordinal) => $"vcs_url={Encode(uri)}",
            var uri when uri.StartsWith("http://", StringComparison.Ordinal) || uri.StartsWith("https://", StringComparison.Ordinal) => $"download_url={Encode(uri)}",
            _ => "",
        };
        var checksum = source is null ? "" : $"checksum=sha256:{source.Digest.Hex}";
        var qualifiers = string.Join('&', new[] { checksum, place }.Where(q => q.Length > 0));
        return $"pkg:generic/{Encode(name)}" + (version.Length > 0 ? "@" + Encode(version) : "") + (qualifiers.Length > 0 ? "?" + qualifiers : "");
    }

    /// <summary>CPE 2.3 name of an application.</summary>
    public static string Cpe(string vendor, string product, string version) => $"cpe:2.3:a:{Escape(vendor)}:{Escape(product)}:{(version.Length == 0 ? "*" : Escape(version))}:*:*:*:*:*:*:*";

    /// <summary>The source package of a .deb, from its place in the archive: <c>pool/main/g/glibc/libc6_2.36-9_amd64.deb</c>.</summary>
    public static string DebianSource(string path, string name) => path.Split('/') is [.., var source, _] && source.Length > 0 ? source : name;

    /// <summary>The version of the source package that a .deb was built from: <c>+b1</c> says that it was only built again ("binNMU", Debian Policy 5.6.12.2).</summary>
    public static string DebianSourceVersion(string version) => BuiltAgain().Replace(version, "");

    /// <summary>The number of a Debian release that scanners know it by; the suite's name if it has none yet.</summary>
    public static string DebianRelease(string suite) => suite switch { "buster" => "10", "bullseye" => "11", "bookworm" => "12", "trixie" => "13", "forky" => "14", _ => suite };

    private static string Encode(string text) => Uri.EscapeDataString(text);

    // Formatted string binding: everything but letters, digits, '_', '-' and '.' is quoted.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text.ToLowerInvariant())
        {
            _ = char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? escaped.Append(c) : escaped.Append('\\').Append(c);
        }

        return escaped.ToString();
    }

    [GeneratedRegex(@"\+b[0-9]+\z")]
    private static partial Regex BuiltAgain();
}
