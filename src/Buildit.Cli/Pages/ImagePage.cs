using System.Globalization;
using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Containers;

namespace Buildit.Cli.Pages;

/// <summary>The page of a container's images.</summary>
internal static class ImagePage
{
    /// <summary>The page.</summary>
    public static byte[] Print(ImagePageData data)
    {
        var path = BinhostLayout.ImagePage(data.Name);
        var body = new StringBuilder();
        foreach (var entry in data.Entries)
        {
            body.Append(CultureInfo.InvariantCulture, $"<section id=\"{entry.Key[..16]}\">\n<h2>{PageTemplate.Encode(entry.Version)} <span class=\"quiet\">{PageTemplate.Encode($"{entry.Type.ToUpperInvariant()} {entry.Platform}")}</span></h2>\n<dl>\n");
            body.Append(PageText.Term("Size", PageText.Bytes(entry.Bytes)));
            body.Append(PageText.Term("File", entry.Type == ImageFormat.Oci.Name() ? PageTemplate.Encode(entry.FileName) : PageText.Link(path, BinhostLayout.ImageFile(entry.FileName), entry.FileName)));
            body.Append(PageText.Term("Tag", entry.Tag is null ? "" : PageText.Code(entry.Tag)));
            body.Append(PageText.Term("Digest", PageText.Code(entry.Digest)));
            body.Append(PageText.Term("Description", PageText.Link(path, BinhostLayout.Container(data.Name, entry.Version), "container.yaml")));
            body.Append(PageText.Term("Packages in it", string.Join(", ", entry.Packages.Select(p => PageText.Link(path, BinhostLayout.PackagePage(p), p)))));
            body.Append(PageText.Term("Bill of materials", entry.HasSbom ? PageText.Sboms(path, Digest.Parse(entry.Key)) : ""));
            body.Append(PageText.Term("Record", PageText.Link(path, BinhostLayout.Record(Digest.Parse(entry.Key)), entry.Key)));
            body.Append(PageText.Term("Signed by", entry.SignedBy.IsEmpty ? "nobody" : string.Join(", ", entry.SignedBy.Select(k => PageText.Link(path, BinhostLayout.Key(Digest.Parse(k)), k)))));
            body.Append("</dl>\n</section>\n");
        }

        return PageText.Page(path, data.Name, $"{PageText.Count(data.Entries.Length, "image")}", "", body.ToString(), PageData.Print(data, PageData.Default.ImagePageData));
    }
}
