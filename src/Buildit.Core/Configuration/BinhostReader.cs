using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Configuration;

/// <summary>Reads <c>repository:</c>, the first design's form, and <c>binhosts:</c>; both become the same values.</summary>
internal static class BinhostReader
{
    private static readonly ImmutableArray<string> Schemes = ["https://", "http://", "file://", "ssh://", "oci://", "oci+http://", "s3://"];

    /// <summary>The one binhost of <c>repository: {name, upload-type, upload-path, download-type, download-path, keys}</c>; none if the key is not there.</summary>
    internal static ImmutableArray<BinhostEntry> Repository(MapReader config)
    {
        if (config.Open("repository", "'repository'") is not { } map)
        {
            return [];
        }

        var name = map.RequiredText("name");
        var upload = Url(map, "upload", "ssh", "file");
        map.Required("download-path");
        var download = Url(map, "download", "https", "http", "ssh", "file");
        var keys = map.SpannedTexts("keys");
        map.Finish();
        return name is { } n && download is not null ? [new(n) { Download = download, Upload = upload, Push = upload is not null, Keys = keys }] : [];
    }

    /// <summary>The entries of <c>binhosts:</c>.</summary>
    internal static ImmutableArray<BinhostEntry> Binhosts(MapReader config) =>
        [.. config.Items("binhosts").Select(item => config.Values.Open(item, "binhosts", "a binhost")).OfType<MapReader>().Select(Binhost).OfType<BinhostEntry>()];

    private static BinhostEntry? Binhost(MapReader map)
    {
        var name = map.RequiredText("name");
        var (url, download, upload) = (Location(map, "url"), Location(map, "download"), Location(map, "upload"));
        if (map.Has("url") == map.Has("download"))
        {
            map.Bag.Error(map.Span, "a binhost needs either 'url' or 'download'", "'url' is for reading and writing; 'download' and 'upload' are for different places");
        }
        else if (map.Has("url") && map.Has("upload"))
        {
            map.Bag.Error(map.KeySpan("upload"), "'upload' beside 'url'", "write 'download' instead of 'url', or leave 'upload' out");
        }

        var push = map.Bool("push", false);
        var keys = map.SpannedTexts("keys");
        var require = map.Number("require", 1, 16) ?? 1;
        map.Finish();
        if (push && url is null && upload is null)
        {
            map.Bag.Error(map.KeySpan("push"), "'push' needs a place to upload to", "add 'upload'");
        }

        return name is { } n && (url ?? download) is { } from ? new(n) { Download = from, Upload = url ?? upload, Push = push, Keys = keys, Require = require } : null;
    }

    private static string? Url(MapReader map, string direction, params ReadOnlySpan<string> types)
    {
        var path = map.Text(direction + "-path");
        var type = map.OneOf(direction + "-type", types);
        if (path is not null && !map.Has(direction + "-type"))
        {
            map.Bag.Error(map.KeySpan(direction + "-path"), $"'{direction}-path' without '{direction}-type'", $"add '{direction}-type: {types[0]}'");
        }

        return path is null || type is null ? null : type == "file" ? path : $"{type}://{path}";
    }

    private static string? Location(MapReader map, string key)
    {
        var location = map.SpannedText(key);
        if (location is { } text && text.Value.Contains("://", StringComparison.Ordinal) && !Schemes.Any(s => text.Value.StartsWith(s, StringComparison.Ordinal)))
        {
            map.Bag.Error(text.Span, $"'{text.Value}' is not a place that a binhost can be at", $"write a directory, or a URL with {string.Join(", ", Schemes)}");
        }

        return location?.Value;
    }
}
