using System.Globalization;
using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Trees;

namespace Buildit.Cli.Pages;

/// <summary>The page of a package, with each of its records; and a page of the files of one record.</summary>
internal static class PackagePage
{
    /// <summary>The package's page.</summary>
    public static byte[] Print(PackagePageData data)
    {
        var path = BinhostLayout.PackagePage(data.Name);
        var body = new StringBuilder("<dl>\n").Append(PageText.Term("Licence", PageTemplate.Encode(data.License)))
            .Append(PageText.Term("To build or take it", PageText.Code("buildit " + data.Name))).Append("</dl>\n");
        foreach (var entry in data.Entries)
        {
            Section(body, path, data.Name, entry);
        }

        return PageText.Page(path, data.Name, data.Summary, "", body.ToString(), PageData.Print(data, PageData.Default.PackagePageData));
    }

    /// <summary>The page with the files of a record.</summary>
    public static byte[] Files(string name, PackageEntry entry, IEnumerable<(string Output, Tree Tree)> trees)
    {
        var path = BinhostLayout.FilesPage(name, Digest.Parse(entry.Key));
        var body = new StringBuilder("<p>").Append(PageText.Link(path, BinhostLayout.PackagePage(name), name)).Append("</p>\n");
        foreach (var (output, tree) in trees)
        {
            body.Append(CultureInfo.InvariantCulture, $"<h2>{PageTemplate.Encode(output)}</h2>\n<pre>");
            foreach (var file in tree.Entries.Where(e => e.Kind != EntryKind.Directory))
            {
                body.Append(PageTemplate.Encode("/" + file.Path + (file.Target is null ? "" : " -> " + file.Target))).Append(CultureInfo.InvariantCulture, $" <span class=\"quiet\">{(file.Kind == EntryKind.File ? PageText.Bytes(file.Size) : "")}</span>\n");
            }

            body.Append("</pre>\n");
        }

        return PageText.Page(path, $"Files of {name}{(entry.Version.Length > 0 ? "-" + entry.Version : "")}", $"HASH {entry.Hash}", "", body.ToString(), "{}");
    }

    private static void Section(StringBuilder body, string path, string name, PackageEntry entry)
    {
        body.Append(CultureInfo.InvariantCulture, $"<section id=\"{entry.Key[..16]}\">\n<h2>{PageTemplate.Encode(entry.Version.Length > 0 ? entry.Version : "group")} <span class=\"quiet\">{PageTemplate.Encode(entry.Platform)}</span></h2>\n<dl>\n");
        body.Append(PageText.Term("HASH", PageText.Code(entry.Hash)));
        body.Append(PageText.Term("Flags", string.Join(' ', entry.Flags.Select(PageText.Code))));
        body.Append(PageText.Term("Needs", string.Join(", ", entry.Needs.Select(n => PageText.Link(path, BinhostLayout.PackagePage(n), n)))));
        body.Append(PageText.Term("Made from", string.Join(", ", entry.Sources.Select(s => PageText.Elsewhere(s.Uri, s.Name)))));
        body.Append(PageText.Term("Bill of materials", entry.HasSbom ? PageText.Sboms(path, Digest.Parse(entry.Key)) : ""));
        body.Append(PageText.Term("Record", PageText.Link(path, BinhostLayout.Record(Digest.Parse(entry.Key)), entry.Key)));
        body.Append(PageText.Term("Signed by", entry.SignedBy.IsEmpty ? "nobody" : string.Join(", ", entry.SignedBy.Select(k => PageText.Link(path, BinhostLayout.Key(Digest.Parse(k)), k)))));
        body.Append("</dl>\n");
        if (!entry.Outputs.IsEmpty)
        {
            body.Append("<table><thead><tr><th scope=\"col\">Output</th><th scope=\"col\" class=\"number\">Files</th><th scope=\"col\" class=\"number\">Size</th><th scope=\"col\" class=\"number\">Download</th></tr></thead><tbody>\n");
            foreach (var output in entry.Outputs)
            {
                var blob = PageText.Link(path, BinhostLayout.Blob(Digest.Parse(output.Blob)), Consoles.ByteCount.Show(output.Download));
                body.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{PageTemplate.Encode(output.Name)}</th><td class=\"number\" data-label=\"Files\">{output.Files:N0}</td><td class=\"number\" data-label=\"Size\">{PageText.Bytes(output.Bytes)}</td><td class=\"number\" data-label=\"Download\">{blob}</td></tr>\n");
            }

            body.Append("</tbody></table>\n<p>").Append(PageText.Link(path, BinhostLayout.FilesPage(name, Digest.Parse(entry.Key)), "All files")).Append("</p>\n");
        }

        body.Append("</section>\n");
    }
}
