using System.Globalization;
using System.Text;
using Buildit.Cli.Consoles;

namespace Buildit.Cli.Inspecting;

/// <summary>An inspection for people: a table of packages, then each image.</summary>
internal static class InspectText
{
    private const int WidestLicense = 44;

    /// <summary>The words for a license that nobody knows.</summary>
    public const string NoLicense = "not known";

    /// <summary>The text.</summary>
    public static string Print(Inspection i)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{i.Name} for {i.Platform}\n\n");
        string[][] rows =
        [
            ["PACKAGE", "LICENSE", "FILES", "SIZE", "LAYER"],
            .. i.Packages.Select(p => new[] { p.Shown, p.Name.Length == 0 ? "" : p.License ?? NoLicense, Number(p.Files.Length), ByteCount.Show(p.Bytes), Size(p.Compressed) }),
            ["all", "", Number(i.Files), ByteCount.Show(i.Bytes), i.Packages.All(p => p.Compressed is not null || p.Files.IsEmpty) ? Size(i.Packages.Sum(p => p.Compressed)) : "-"],
        ];
        Table(text, rows);
        if (!i.Users.IsEmpty)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nusers: {string.Join(", ", i.Users)}\n");
        }

        foreach (var image in i.Images)
        {
            Image(text, image);
        }

        return text.ToString();
    }

    private static void Image(StringBuilder text, InspectedImage image)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n{image.Format.ToUpperInvariant()} image {image.Path}: {(image.Digest is { } digest ? $"{ByteCount.Show(image.Size!.Value)}, {digest}" : "not there as the container is declared now")}\n");
        foreach (var (word, value) in image.Settings)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {word,-12} {value}\n");
        }

        foreach (var layer in image.Layers)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {"layer",-12} {Size(layer.Compressed),9}  {layer.Title}\n");
        }
    }

    private static void Table(StringBuilder text, string[][] rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => Math.Min(r[c].Length, c == 1 ? WidestLicense : int.MaxValue))).ToArray();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, c) => c == 1 && cell.Length > WidestLicense ? cell[..(WidestLicense - 3)] + "..." : cell).Select((cell, c) => c < 2 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Size(long? bytes) => bytes is { } known ? ByteCount.Show(known) : "-";
}
