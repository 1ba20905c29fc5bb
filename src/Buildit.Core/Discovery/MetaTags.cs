using System.Net;
using System.Text.RegularExpressions;

namespace Buildit.Core.Discovery;

/// <summary>
/// The tags in web pages by which images are discovered (App Container spec 0.8.11, "Meta Discovery"): <c>&lt;meta name="ac-discovery" content="PREFIX TEMPLATE"&gt;</c>.
/// Pages of binhosts have them, and their template leads to the binhost: it is what stands before <c>/aci/</c>.
/// </summary>
public static partial class MetaTags
{
    /// <summary>The binhost that a page names for an image's name. Throws <see cref="FormatException"/>, in words for people, if there is none.</summary>
    /// <param name="html">The page.</param>
    /// <param name="name">HOST/PATH; a host without its port, as in names of images.</param>
    public static NamedBinhost Read(string html, string name)
    {
        var templates = Tag().Matches(html).Select(m => m.Value).Where(t => Attribute(t, "name") == "ac-discovery").Select(t => Attribute(t, "content")!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(c => c.Length == 2).ToArray();
        if (templates.Length == 0)
        {
            throw new FormatException("a page without an ac-discovery tag");
        }

        var fitting = templates.Where(t => name == t[0] || name.StartsWith(t[0].TrimEnd('/') + "/", StringComparison.Ordinal)).Select(t => t[1]).ToArray();
        return fitting.Length == 0 ? throw new FormatException($"a page whose ac-discovery tags are for other names than '{name}'")
            : fitting.Select(OfTemplate).FirstOrDefault(b => b is { IsFit: true })
                ?? throw new FormatException("a page whose ac-discovery tags lead to images, but not to a binhost (with .../aci/...)");
    }

    private static NamedBinhost? OfTemplate(string template) =>
        template.LastIndexOf("/aci/", StringComparison.Ordinal) is var end and > 0 && Uri.TryCreate(template[..end], UriKind.Absolute, out var address) && address.Scheme is "https" or "http" ? new(address.Host, template[..end]) : null;

    private static string? Attribute(string tag, string name) =>
        AttributePattern().Matches(tag).Where(a => a.Groups["name"].Value.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(a => WebUtility.HtmlDecode(a.Groups["value"].Value)).FirstOrDefault() ?? (name == "content" ? "" : null);

    [GeneratedRegex(@"<meta\s[^>]*>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Tag();

    [GeneratedRegex("""(?<name>[a-z-]+)\s*=\s*(?:"(?<value>[^"]*)"|'(?<value>[^']*)')""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex AttributePattern();
}
