using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>Reads <c>patches:</c>, a map from location to description or a list of maps.</summary>
internal static class PatchReader
{
    internal static ImmutableArray<Patch> Read(MapReader owner) => owner.Node("patches") switch
    {
        null => [],
        YamlMap map => [.. map.Entries.Select(e => Described(e, owner.Values)).OfType<Patch>()],
        YamlList list => [.. list.Items.Select(item => Detailed(item, owner.Values)).OfType<Patch>()],
        var other => Wrong(other, owner.Values),
    };

    private static ImmutableArray<Patch> Wrong(YamlNode node, ValueReader values)
    {
        values.Expected("a map or a list", node, "patches", "write 'patches/name.patch: what it is for', one line a patch");
        return [];
    }

    private static Patch? Described(YamlEntry entry, ValueReader values)
    {
        if (entry.Value is not YamlScalar description)
        {
            values.Expected("text", entry.Value, entry.Key.Value, "write what the patch is for; for more settings make 'patches' a list of {file, description, strip, versions}");
            return null;
        }

        return At(entry.Key, values.Bag) is { } patch ? patch with { Description = description.IsNothing ? null : description.Value } : null;
    }

    private static Patch? Detailed(YamlNode node, ValueReader values)
    {
        if (node is YamlScalar { IsNothing: false } scalar)
        {
            values.Expected("a map", node, "patches", $"write {{file: {scalar.Value}, description: ...}}");
            return null;
        }

        if (values.Open(node, "patches", "a patch") is not { } map)
        {
            return null;
        }

        var (file, url) = (map.SpannedText("file"), map.SpannedText("url"));
        if (map.Has("file") == map.Has("url"))
        {
            map.Bag.Error(map.Span, "a patch needs either 'file' or 'url'");
        }

        var patch = (file ?? url) is { } location ? At(location, map.Bag) : null;
        patch = (patch ?? new Patch("", map.Span)) with
        {
            Description = map.Text("description"),
            Strip = map.Number("strip", 0, 32) ?? 1,
            Sha256 = map.Sha256("sha256"),
            Versions = map.SpannedText("versions") is { } terms ? VersionTerms.Parse(terms, map.Bag) : [],
        };
        map.Finish();
        return patch.Location.Length > 0 ? patch : null;
    }

    private static Patch? At(Spanned<string> location, DiagnosticBag bag)
    {
        var patch = new Patch(location.Value, location.Span);
        if (patch.IsRemote)
        {
            if (location.Value.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            {
                bag.Error(location.Span, $"'{location.Value}' is not a URL: there is a space in it", "write %20 for a space");
                return null;
            }

            return patch;
        }

        if (location.Value.Contains("://", StringComparison.Ordinal))
        {
            bag.Error(location.Span, $"'{location.Value}' is not a URL that patches can come from", "write https:// or http://, or a path below this directory");
            return null;
        }

        return PathReader.Beside(location, bag) is { } path ? patch with { Location = path } : null;
    }
}
