using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.ImageTests;

/// <summary>Reads a <c>metadataTest</c>.</summary>
internal static class MetadataReader
{
    internal static StructureTest.Metadata Read(MapReader map)
    {
        var test = new StructureTest.Metadata
        {
            Name = "metadataTest",
            Span = map.Span,
            // 'env' is its older name.
            Environment = [.. Values(map, "envVars"), .. Values(map, "env")],
            Labels = Values(map, "labels"),
            Ports = (map.Texts("exposedPorts"), map.Texts("unexposedPorts")),
            Volumes = (map.Texts("volumes"), map.Texts("unmountedVolumes")),
            Entrypoint = map.Has("entrypoint") ? map.Texts("entrypoint") : null,
            Cmd = map.Has("cmd") ? map.Texts("cmd") : null,
            WorkingDirectory = map.Text("workdir"),
            User = map.Text("user"),
        };
        map.Finish();
        return test;
    }

    internal static string Key(MapReader map)
    {
        var key = map.RequiredText("key");
        if (key is { Value: "" } empty)
        {
            map.Bag.Error(empty.Span, "the key is empty");
        }

        return key?.Value ?? "";
    }

    private static ImmutableArray<ExpectedValue> Values(MapReader map, string key)
    {
        var values = ImmutableArray.CreateBuilder<ExpectedValue>();
        foreach (var item in map.Items(key))
        {
            if (map.Values.Open(item, key, "an expected value") is { } expected)
            {
                var (name, value, isPattern) = (Key(expected), expected.RequiredText("value") ?? new Spanned<string>("", item.Span), expected.Bool("isRegex", false));
                values.Add(isPattern ? new(name, null, Pattern.Parse(value, map.Bag)) : new(name, value.Value, null));
                expected.Finish();
            }
        }

        return values.ToImmutable();
    }
}
