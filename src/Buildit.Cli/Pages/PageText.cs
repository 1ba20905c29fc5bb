using System.Globalization;
using System.Text;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Sboms;

namespace Buildit.Cli.Pages;

/// <summary>Parts that all pages of a binhost have in common. Whatever comes from elsewhere is encoded here.</summary>
internal static class PageText
{
    /// <summary>A whole page.</summary>
    /// <param name="path">Where it lies, so that links lead back.</param>
    /// <param name="title">Of the page.</param>
    /// <param name="summary">A line below it.</param>
    /// <param name="meta">Lines of HTML for its head.</param>
    /// <param name="body">HTML.</param>
    /// <param name="data">What it was made of, as JSON.</param>
    public static byte[] Page(string path, string title, string summary, string meta, string body, string data) => Encoding.UTF8.GetBytes(PageTemplate.Fill("binhost.html", new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["title"] = PageTemplate.Encode(title),
        ["summary"] = PageTemplate.Encode(summary),
        ["meta"] = meta,
        ["style"] = PageTemplate.Resource("binhost.css").TrimEnd(),
        ["script"] = PageTemplate.Resource("binhost.js").TrimEnd(),
        ["up"] = path.Contains('/', StringComparison.Ordinal) ? $"<a href=\"{Root(path)}index.html\">All packages and images</a>\n" : "",
        ["body"] = body.TrimEnd(),
        ["data"] = data,
    }));

    /// <summary>From a page to the binhost's directory.</summary>
    public static string Root(string path) => string.Concat(Enumerable.Repeat("../", path.Count(c => c == '/')));

    /// <summary>A link to a file of the binhost.</summary>
    public static string Link(string from, string to, string text) => $"<a href=\"{PageTemplate.Encode(Root(from) + string.Join('/', to.Split('/').Select(Uri.EscapeDataString)))}\">{PageTemplate.Encode(text)}</a>";

    /// <summary>Links to the bill of materials of what a record is about.</summary>
    public static string Sboms(string from, Digest record) => string.Join(", ", SbomFormat.All.Select(f => Link(from, BinhostLayout.Sbom(record, f), f.Name)));

    /// <summary>A link elsewhere, if it is an address of the web; else its text.</summary>
    public static string Elsewhere(string? address, string text) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? $"<a href=\"{PageTemplate.Encode(uri.AbsoluteUri)}\" rel=\"noreferrer\">{PageTemplate.Encode(text)}</a>" : PageTemplate.Encode(text);

    /// <summary>A row of a list of terms; nothing without a value.</summary>
    public static string Term(string term, string html) => html.Length == 0 ? "" : $"<dt>{PageTemplate.Encode(term)}</dt><dd>{html}</dd>\n";

    /// <summary>Text as code.</summary>
    public static string Code(string text) => $"<code>{PageTemplate.Encode(text)}</code>";

    /// <summary>A count with its word.</summary>
    public static string Count(int count, string word) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {word}{(count == 1 ? "" : "s")}");

    /// <summary>Bytes for people.</summary>
    public static string Bytes(long bytes) => PageTemplate.Encode(ByteCount.Show(bytes));
}
