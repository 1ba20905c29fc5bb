using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Containers;

/// <summary>Reads <c>isolators</c> of an image step: by the last part of the names that the App Container specification gives them.</summary>
internal static class IsolatorReader
{
    // Last part of the name -> the name, and how its value is written.
    private static readonly (string Key, string Name, Func<ValueReader, YamlNode, string, PlacedValue?> Read)[] Known =
    [
        ("cpu", "resource/cpu", Resource),
        ("memory", "resource/memory", Resource),
        ("block-bandwidth", "resource/block-bandwidth", Limit),
        ("block-iops", "resource/block-iops", Limit),
        ("network-bandwidth", "resource/network-bandwidth", Limit),
        ("capabilities-retain-set", "os/linux/capabilities-retain-set", Set),
        ("capabilities-remove-set", "os/linux/capabilities-remove-set", Set),
        ("seccomp-retain-set", "os/linux/seccomp-retain-set", SeccompSet),
        ("seccomp-remove-set", "os/linux/seccomp-remove-set", SeccompSet),
        ("selinux-context", "os/linux/selinux-context", AciReader.Texts),
        ("no-new-privileges", "os/linux/no-new-privileges", Flag),
        ("oom-score-adj", "os/linux/oom-score-adj", Number),
        ("cpu-shares", "os/linux/cpu-shares", Number),
        ("sysctl", "os/unix/sysctl", AciReader.Texts),
    ];

    internal static ImmutableArray<PlacedValue> Read(MapReader isolators)
    {
        ImmutableArray<PlacedValue> all =
        [
            .. from known in Known
               let node = isolators.Node(known.Key)
               where node is not null
               let value = known.Read(isolators.Values, node, known.Key)
               where value is not null
               select AciReader.Map(isolators.KeySpan(known.Key), [("name", new PlacedValue.Text(known.Name, isolators.KeySpan(known.Key))), ("value", value)]),
        ];
        isolators.Finish();
        return all;
    }

    private static PlacedValue.Map? Resource(ValueReader values, YamlNode node, string name) => Quantities(values, node, name, "request", "limit");

    // "Limit only, for all": the specification wants `default` there, and no request.
    private static PlacedValue.Map? Limit(ValueReader values, YamlNode node, string name) =>
        Quantities(values, node, name, "limit") is { } map ? map with { Members = map.Members.Insert(0, new("default", new PlacedValue.Flag(true, node.Span))) } : null;

    /// <summary>Quantities by name; one alone is the limit.</summary>
    private static PlacedValue.Map? Quantities(ValueReader values, YamlNode node, string name, params string[] keys)
    {
        if (node is not YamlMap)
        {
            return values.Text(node, name) is { } limit ? AciReader.Map(node.Span, [("limit", AciReader.Text(limit))]) : null;
        }

        var map = values.Open(node, name, $"'{name}'")!;
        var quantities = AciReader.Map(node.Span, [.. keys.Select(k => (k, AciReader.Text(map.SpannedText(k))))]);
        map.Finish();
        return quantities;
    }

    private static PlacedValue.Map Set(ValueReader values, YamlNode node, string name) => AciReader.Map(node.Span, [("set", AciReader.List(values.Texts(node, name), node.Span))]);

    private static PlacedValue.Map? SeccompSet(ValueReader values, YamlNode node, string name)
    {
        if (node is not YamlMap)
        {
            return Set(values, node, name);
        }

        var map = values.Open(node, name, $"'{name}'")!;
        var set = AciReader.Map(node.Span, [("set", AciReader.List(map.Required("set") is null ? [] : map.SpannedTexts("set"), map.KeySpan("set"))), ("errno", AciReader.Text(map.SpannedText("errno")))]);
        map.Finish();
        return set;
    }

    private static PlacedValue.Flag? Flag(ValueReader values, YamlNode node, string name) => values.Bool(node, name) is { } flag ? new PlacedValue.Flag(flag, node.Span) : null;

    private static PlacedValue.Number? Number(ValueReader values, YamlNode node, string name) =>
        values.Number(node, name, int.MinValue, int.MaxValue) is { } number ? new PlacedValue.Number(number, node.Span) : null;
}
