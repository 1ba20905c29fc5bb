using System.Globalization;
using System.Text;
using Buildit.Cli.Consoles;
using Buildit.Cli.Pages;
using Buildit.Core.Diagrams;

namespace Buildit.Cli.Inspecting;

/// <summary>
/// An inspection as one HTML file that asks for nothing else and has no script: sizes as a treemap, once for wide windows and once for phones, each tile a link to the
/// package's row; then tables.
/// </summary>
internal static class InspectPage
{
    private const int ShownFiles = 12;

    /// <summary>The whole file.</summary>
    public static string Of(Inspection i) => PageTemplate.Fill("inspect.html", new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["title"] = PageTemplate.Encode(i.Name),
        ["style"] = PageTemplate.Resource("binhost.css").TrimEnd() + "\n" + PageTemplate.Resource("inspect.css").TrimEnd(),
        ["summary"] = PageTemplate.Encode($"{i.Platform}: {PageText.Count(i.Packages.Length - 1, "package")}, {PageText.Count(i.Files, "file")}, {ByteCount.Show(i.Bytes)}"),
        ["wide"] = Tiles(i, 16, 9),
        ["tall"] = Tiles(i, 3, 4),
        ["rows"] = string.Concat(i.Packages.Select(Row)).TrimEnd(),
        ["users"] = i.Users.IsEmpty ? "" : $"<p>Users: {string.Join(", ", i.Users.Select(PageTemplate.Encode))}</p>\n",
        ["images"] = string.Concat(i.Images.Select(Image)).TrimEnd(),
    });

    private static string Tiles(Inspection i, double width, double height)
    {
        var text = new StringBuilder();
        foreach (var tile in Treemap.Place([.. i.Packages.Select(p => p.Bytes)], width, height))
        {
            var package = i.Packages[tile.Index];
            var place = string.Create(CultureInfo.InvariantCulture, $"left:{100 * tile.X / width:0.###}%;top:{100 * tile.Y / height:0.###}%;width:{100 * tile.Width / width:0.###}%;height:{100 * tile.Height / height:0.###}%");
            var title = PageTemplate.Encode($"{package.Shown}: {ByteCount.Show(package.Bytes)}");
            text.Append(CultureInfo.InvariantCulture, $"<a class=\"{Kind(package)}\" href=\"#p{tile.Index}\" title=\"{title}\" style=\"{place}\"><b>{PageTemplate.Encode(Label(package))}</b><span>{PageText.Bytes(package.Bytes)}</span></a>\n");
        }

        return text.ToString().TrimEnd();
    }

    private static string Row(InspectedPackage p, int index)
    {
        var files = new StringBuilder();
        foreach (var (path, bytes) in p.Files.Take(ShownFiles))
        {
            files.Append(CultureInfo.InvariantCulture, $"<li><code>{PageTemplate.Encode(path)}</code> <span class=\"quiet\">{PageText.Bytes(bytes)}</span></li>");
        }

        var more = p.Files.Length > ShownFiles ? $"<li class=\"quiet\">{PageText.Count(p.Files.Length - ShownFiles, "more file")}</li>" : "";
        var list = p.Files.IsEmpty ? "" : $"<details><summary>{PageText.Count(p.Files.Length, "file")}</summary><ul>{files}{more}</ul></details>";
        var license = p.Name.Length == 0 ? "<td></td>" : $"<td data-label=\"License\">{PageTemplate.Encode(p.License ?? InspectText.NoLicense)}</td>";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<tr id=\"p{index}\"><th scope=\"row\"><i class=\"{Kind(p)}\"></i>{PageTemplate.Encode(p.Shown)}{list}</th>{license}<td class=\"number\" data-label=\"Size\">{PageText.Bytes(p.Bytes)}</td><td class=\"number\" data-label=\"Layer\">{Size(p.Compressed)}</td></tr>\n");
    }

    private static string Image(InspectedImage image)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<section>\n<h2>{image.Format.ToUpperInvariant()} image</h2>\n<dl>\n");
        text.Append(PageText.Term("Path", PageText.Code(image.Path)));
        text.Append(PageText.Term("Digest", image.Digest is { } digest ? PageText.Code(digest.ToString()) : "not there as the container is declared now"));
        text.Append(PageText.Term("Size", image.Size is { } size ? PageText.Bytes(size) : ""));
        foreach (var words in image.Settings.GroupBy(s => s.Word))
        {
            text.Append(PageText.Term(words.Key, string.Join("<br>", words.Select(w => PageText.Code(w.Value)))));
        }

        text.Append("</dl>\n");
        if (!image.Layers.IsEmpty)
        {
            text.Append("<table><thead><tr><th scope=\"col\">Layer</th><th scope=\"col\" class=\"number\">Files</th><th scope=\"col\" class=\"number\">Compressed</th></tr></thead><tbody>\n");
            foreach (var layer in image.Layers)
            {
                text.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{PageTemplate.Encode(layer.Title)}</th><td class=\"number\" data-label=\"Files\">{PageText.Bytes(layer.Bytes)}</td><td class=\"number\" data-label=\"Compressed\">{Size(layer.Compressed)}</td></tr>\n");
            }

            text.Append("</tbody></table>\n");
        }

        return text.Append("</section>\n").ToString();
    }

    private static string Label(InspectedPackage p) => p.Name.Length == 0 ? p.Shown : p.Name[(p.Name.LastIndexOf('/') + 1)..];

    private static string Kind(InspectedPackage p) => p.Name.Length == 0 ? "own" : p.Name.StartsWith("debian/", StringComparison.Ordinal) ? "imported" : "built";

    private static string Size(long? bytes) => bytes is { } known ? PageText.Bytes(known) : "&ndash;";
}
