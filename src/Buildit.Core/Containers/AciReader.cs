using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Containers;

/// <summary>
/// Reads those keys of an image step that only an ACI can say, as members of <c>app</c> in its manifest ("App Container Executor Image Manifest Schema", 0.8.11). Whether
/// the values are legal is judged with the whole manifest.
/// </summary>
internal sealed class AciReader(MapReader map)
{
    /// <summary>The members that the step has keys for.</summary>
    internal static PlacedValue.Map Read(MapReader map)
    {
        var reader = new AciReader(map);
        return Map(map.Span,
        [
            ("mountPoints", reader.Named("mount-points", reader.MountPoint)),
            ("ports", reader.Named("ports", reader.Port)),
            ("eventHandlers", reader.EventHandlers()),
            ("supplementaryGIDs", reader.Groups()),
            ("isolators", map.Open("isolators", "'isolators'") is { } isolators ? new PlacedValue.List(IsolatorReader.Read(isolators), map.KeySpan("isolators")) : null),
            ("userAnnotations", reader.Texts("user-annotations")),
            ("userLabels", reader.Texts("user-labels")),
        ]);
    }

    /// <summary>A map of those members that have a value.</summary>
    internal static PlacedValue.Map Map(SourceSpan span, IEnumerable<(string Name, PlacedValue? Value)> members) =>
        new([.. members.Where(m => m.Value is not null).Select(m => KeyValuePair.Create(m.Name, m.Value!))], span);

    /// <summary>A text.</summary>
    internal static PlacedValue? Text(Spanned<string>? text) => text is { } t ? new PlacedValue.Text(t.Value, t.Span) : null;

    /// <summary>A list of texts.</summary>
    internal static PlacedValue.List List(ImmutableArray<Spanned<string>> texts, SourceSpan span) => new([.. texts.Select(t => Text(t)!)], span);

    /// <summary>A map from texts to texts.</summary>
    internal static PlacedValue.Map Texts(ValueReader values, YamlNode node, string name) =>
        Map(node.Span, values.Entries(node, name).Select(e => (e.Key.Value, Text(values.Text(e.Value, e.Key.Value)))));

    private PlacedValue.Map? Texts(string key) => map.Node(key) is { } node ? Texts(map.Values, node, key) : null;

    /// <summary>A map by name as a list of objects, each with its name.</summary>
    private PlacedValue.List? Named(string key, Func<YamlEntry, IEnumerable<(string, PlacedValue?)>> members) => map.Node(key) is not { } node ? null : new(
        [.. map.Values.Entries(node, key).Select(e => Map(e.Key.Span, [("name", Text(e.Key)), .. members(e)]))], node.Span);

    private IEnumerable<(string, PlacedValue?)> MountPoint(YamlEntry entry)
    {
        if (entry.Value is not YamlMap)
        {
            return [("path", Text(map.Values.Text(entry.Value, entry.Key.Value)))];
        }

        var point = map.Values.Open(entry.Value, entry.Key.Value, "a mount point")!;
        (string, PlacedValue?)[] members = [("path", Text(point.RequiredText("path"))), ("readOnly", Flag(point, "read-only"))];
        point.Finish();
        return members;
    }

    private IEnumerable<(string, PlacedValue?)> Port(YamlEntry entry)
    {
        if (entry.Value is not YamlMap)
        {
            return [("protocol", new PlacedValue.Text("tcp", entry.Key.Span)), ("port", Number(map.Values, entry.Value, entry.Key.Value))];
        }

        var port = map.Values.Open(entry.Value, entry.Key.Value, "a port")!;
        (string, PlacedValue?)[] members =
        [
            ("protocol", port.OneOf("protocol", "tcp", "udp", "sctp") is { } protocol ? new PlacedValue.Text(protocol, port.KeySpan("protocol")) : new PlacedValue.Text("tcp", port.Span)),
            ("port", port.Required("port") is { } number ? Number(port.Values, number, "port") : null),
            ("count", port.Node("count") is { } count ? Number(port.Values, count, "count") : null),
            ("socketActivated", Flag(port, "socket-activated")),
        ];
        port.Finish();
        return members;
    }

    private PlacedValue.List? EventHandlers()
    {
        if (map.Open("event-handlers", "'event-handlers'") is not { } handlers)
        {
            return null;
        }

        string[] events = ["pre-start", "post-stop"];
        var list = events.Where(handlers.Has)
            .Select(e => Map(handlers.KeySpan(e), [("name", new PlacedValue.Text(e, handlers.KeySpan(e))), ("exec", List(handlers.SpannedTexts(e), handlers.Node(e)!.Span))])).ToImmutableArray<PlacedValue>();
        handlers.Finish();
        return new(list, handlers.Span);
    }

    private PlacedValue.List? Groups() => map.Node("supplementary-gids") is { } node
        ? new([.. map.Values.Items(node, "supplementary-gids").Select(i => Number(map.Values, i, "supplementary-gids")).OfType<PlacedValue>()], node.Span)
        : null;

    // Bounds are the manifest's matter.
    private static PlacedValue.Number? Number(ValueReader values, YamlNode node, string name) => values.Number(node, name, int.MinValue, int.MaxValue) is { } number ? new PlacedValue.Number(number, node.Span) : null;

    private static PlacedValue.Flag? Flag(MapReader from, string key) => from.Node(key) is { } node && from.Values.Bool(node, key) is { } flag ? new PlacedValue.Flag(flag, node.Span) : null;
}
