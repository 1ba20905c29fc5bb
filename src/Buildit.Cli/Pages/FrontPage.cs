using System.Globalization;
using System.Text;
using Buildit.Core.Binhosts;

namespace Buildit.Cli.Pages;

/// <summary>The first page: all packages and images of a binhost, to be searched; and for actool where the images are.</summary>
internal static class FrontPage
{
    /// <summary>The page.</summary>
    public static byte[] Print(FrontPageData data)
    {
        var meta = string.Concat(data.Discoveries.Select(d => Meta("ac-discovery", d.Prefix, d.Template) + Meta("ac-discovery-pubkeys", d.Prefix, d.Keys)));
        var body = new StringBuilder("<div id=\"tools\" hidden><label for=\"search\">Search</label><input id=\"search\" type=\"search\" placeholder=\"name, version or words\" autocomplete=\"off\" spellcheck=\"false\"> <span id=\"found\" role=\"status\"></span></div>\n");
        Table(body, "Images", data.Images, BinhostLayout.ImagePage);
        Table(body, "Packages", data.Packages, BinhostLayout.PackagePage);
        body.Append("<p class=\"quiet\">For programs: ").Append(PageText.Link("", BinhostLayout.Catalog, "records")).Append(", ").Append(PageText.Link("", BinhostLayout.ImageIndex, "OCI index"))
            .Append(", ").Append(PageText.Link("", BinhostLayout.KeyList, "keys on offer")).Append(".</p>\n");
        return PageText.Page(
            BinhostLayout.FrontPage, "Binhost", $"{PageText.Count(data.Packages.Length, "package")}, {PageText.Count(data.Images.Length, "container")}", meta, body.ToString(), PageData.Print(data, PageData.Default.FrontPageData));
    }

    private static string Meta(string name, string prefix, string address) => $"<meta name=\"{name}\" content=\"{PageTemplate.Encode(prefix)} {PageTemplate.Encode(address)}\">\n";

    private static void Table(StringBuilder body, string title, IReadOnlyCollection<FrontRow> rows, Func<string, string> page)
    {
        if (rows.Count == 0)
        {
            return;
        }

        body.Append(CultureInfo.InvariantCulture, $"<h2>{title}</h2>\n<table>\n<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Newest</th><th scope=\"col\">What it is</th><th scope=\"col\" class=\"number\">Records</th><th scope=\"col\" class=\"number\">Size</th></tr></thead>\n<tbody>\n");
        foreach (var row in rows)
        {
            var text = PageTemplate.Encode($"{row.Name} {row.Version} {row.Summary}".ToLowerInvariant());
            body.Append(CultureInfo.InvariantCulture, $"<tr data-text=\"{text}\"><th scope=\"row\">{PageText.Link("", page(row.Name), row.Name)}</th><td>{PageTemplate.Encode(row.Version)}</td><td>{PageTemplate.Encode(row.Summary)}</td><td class=\"number\" data-label=\"Records\">{row.Records}</td><td class=\"number\">{PageText.Bytes(row.Bytes)}</td></tr>\n");
        }

        body.Append("</tbody>\n</table>\n");
    }
}
