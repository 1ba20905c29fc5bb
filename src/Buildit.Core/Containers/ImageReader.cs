using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;
using Buildit.Core.Yaml;

namespace Buildit.Core.Containers;

/// <summary>Reads an <c>image</c> step.</summary>
internal static partial class ImageReader
{
    internal static Step.Image? Read(MapReader map, SourceSpan span, ImmutableSortedDictionary<string, string> vars)
    {
        map.Required("type");
        if (Format(map) is not { } format)
        {
            return null;
        }

        // A root alone runs nothing.
        var image = new Step.Image(format) { Span = span, Settings = format == ImageFormat.Tar ? new() : Settings(map), Sbom = Sbom(map) };
        image = format switch
        {
            ImageFormat.Aci => Aci(image, map, vars),
            ImageFormat.Oci => Oci(image, map),
            ImageFormat.DockerArchive => Layered(image, map, NamedTag(), "write NAME:TAG: docker wants lower-case letters and digits in the name, with single . _ - or / between them"),
            _ => image,
        };
        // Where nobody writes it, it is not shown as a key that could be written.
        if (format != ImageFormat.Aci && map.KeySpan("split") != map.Span && map.Bool("split", false))
        {
            map.Bag.Error(map.KeySpan("split"), $"an image of type '{format.Name()}' cannot be split", "only images of type 'aci' depend on others; an image of type 'oci' has a layer for each package as it is");
        }

        map.Finish();
        return image;
    }

    private static ImageFormat? Format(MapReader map)
    {
        if (map.SpannedText("type") is not { } type)
        {
            return null;
        }

        var format = ImageFormats.Parse(type.Value);
        if (format is null)
        {
            map.Bag.Error(type.Span, $"image type '{type.Value}' is not supported", $"supported are: {string.Join(", ", ImageFormats.Names)}");
        }

        return format;
    }

    private static SbomPlace Sbom(MapReader map) => map.OneOf("sbom", "off", "files", "referrer") switch { "off" => SbomPlace.Off, "files" => SbomPlace.Files, _ => SbomPlace.Referrer };

    private static Step.Image Aci(Step.Image image, MapReader map, ImmutableSortedDictionary<string, string> vars) => image with
    {
        Content = Content(map, vars),
        App = AciReader.Read(map),
        Split = map.Bool("split", false),
        Compression = map.OneOf("compression", "gzip", "none") ?? "gzip",
    };

    private static Step.Image Oci(Step.Image image, MapReader map) =>
        Layered(image, map, TagForm(), "write TAG or NAME:TAG; a tag has at most 128 letters, digits and . _ -, and begins with a letter, digit or _") with
        {
            Archive = map.Bool("archive", false),
            Base = ImageBase.Read(map),
            Compression = map.OneOf("compression", "zstd", "gzip", "none") ?? "zstd",
        };

    private static Step.Image Layered(Step.Image image, MapReader map, Regex tagForm, string tagHint)
    {
        var layers = map.Open("layers", "'layers'");
        var result = image with
        {
            Tag = Checked(map, "tag", tagForm.IsMatch, text => ($"'{text}' is not a tag", tagHint)),
            // 127 is what container engines can mount on top of each other.
            MaxLayers = layers?.Number("max", 1, 127) ?? image.MaxLayers,
        };
        layers?.Finish();
        return result;
    }

    private static BlockText? Content(MapReader map, ImmutableSortedDictionary<string, string> vars)
    {
        switch (map.Node("content"))
        {
            case null:
                return null;
            case YamlScalar { IsNothing: false } scalar:
                return Template.Fill(scalar, vars, map.Bag);
            case var other:
                map.Values.Expected("text", other, "content", "write the manifest as a block of text: 'content: |' and the JSON below, indented");
                return null;
        }
    }

    private static ImageSettings Settings(MapReader map) => new()
    {
        Entrypoint = map.Texts("entrypoint"),
        Cmd = map.Texts("cmd"),
        Environment = EnvironmentReader.Read(map, "env"),
        Expose = Ports(map),
        Volumes = [.. map.SpannedTexts("volumes").Select(v => Installed(v, map.Bag))],
        User = map.Text("user"),
        WorkingDirectory = map.SpannedText("workdir") is { } directory ? Installed(directory, map.Bag) : null,
        StopSignal = Checked(map, "stop-signal", Containers.StopSignal.IsOne, text => ($"'{text}' is not a signal", Suggestion.Hint(text, Containers.StopSignal.Names) ?? "write its name, for example SIGQUIT, or a number from 1 to 64")),
        Labels = Labels(map),
    };

    private static ImmutableSortedDictionary<string, string> Labels(MapReader map)
    {
        var labels = map.TextEntries("labels");
        foreach (var (name, _) in labels.Where(e => e.Key.Value.Length == 0))
        {
            map.Bag.Error(name.Span, "the name of a label is empty", "give it a name, for example org.opencontainers.image.licenses");
        }

        return labels.ToImmutableSortedDictionary(l => l.Key.Value, l => l.Value, StringComparer.Ordinal);
    }

    // What a wrong template left is no second mistake.
    private static string? Checked(MapReader map, string key, Func<string, bool> isGood, Func<string, (string Message, string Hint)> mistake)
    {
        var before = map.Bag.Items.Count;
        if (map.SpannedText(key) is not { } text || map.Bag.Items.Count > before)
        {
            return null;
        }

        if (!isGood(text.Value))
        {
            var (message, hint) = mistake(text.Value);
            map.Bag.Error(text.Span, message, hint);
        }

        return text.Value;
    }

    private static string Installed(Spanned<string> path, DiagnosticBag bag)
    {
        if (path.Value != "/")
        {
            PathReader.CheckInstalled(path, bag);
        }

        return path.Value;
    }

    private static ImmutableArray<string> Ports(MapReader map)
    {
        var ports = map.SpannedTexts("expose");
        foreach (var port in ports.Where(p => !IsPort(p.Value)))
        {
            map.Bag.Error(port.Span, $"'{port.Value}' is not a port", "write a number from 1 to 65535, with /udp or /tcp if you like: 53/udp");
        }

        return [.. ports.Select(p => p.Value)];
    }

    private static bool IsPort(string text) =>
        text.Split('/') is [var number, .. var protocol]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
        && (protocol.Length == 0 || protocol is ["tcp" or "udp" or "sctp"]);

    // A name of an image, with a registry before it or not; the tag is as in the OCI distribution specification 1.1, "Pulling manifests".
    [GeneratedRegex(@"^([A-Za-z0-9]+([._:/-]+[A-Za-z0-9]+)*:)?[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex TagForm();

    // Docker's reference format: a registry's host, if any, and a name in small letters; the tag must be there.
    [GeneratedRegex(@"^([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*:[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex NamedTag();
}
