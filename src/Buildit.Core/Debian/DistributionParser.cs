using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;
using Buildit.Core.Yaml;

namespace Buildit.Core.Debian;

/// <summary>Reads <c>pkgs/debian/distribution.yaml</c>.</summary>
public static class DistributionParser
{
    private static readonly ImmutableArray<string> Schemes = ["http://", "https://", "file:"];

    /// <summary>The distribution, or null if there is a mistake; all of the file's mistakes go into the bag.</summary>
    public static Distribution? Parse(SourceText text, DiagnosticBag bag)
    {
        var mistakes = new DiagnosticBag();
        var root = YamlReader.Read(text, mistakes);
        var distribution = root is not null && new ValueReader(mistakes).Open(root, "distribution.yaml", "a distribution") is { } map ? Read(map) : null;
        bag.AddRange(mistakes);
        return mistakes.HasErrors ? null : distribution;
    }

    private static Distribution Read(MapReader map)
    {
        foreach (var key in new[] { "components", "mirrors" })
        {
            map.Required(key);
        }

        var distribution = new Distribution
        {
            Suite = map.RequiredText("suite")?.Value ?? "",
            Components = map.Texts("components"),
            Architecture = map.RequiredText("architecture")?.Value ?? "",
            Keyring = map.RequiredText("keyring")?.Value ?? "",
            Mirrors = Mirrors(map, "mirrors"),
            Ignore = Ignore(map),
            Prefer = map.TextMap("prefer"),
            Include = map.Texts("include"),
            Links = map.Entries("links").ToImmutableSortedDictionary(e => e.Key.Value, e => Links(e, map), StringComparer.Ordinal),
        };
        map.Finish();
        return distribution;
    }

    /// <summary><c>apt</c> or base URLs.</summary>
    internal static ImmutableArray<string> Mirrors(MapReader map, string key)
    {
        var mirrors = map.SpannedTexts(key);
        foreach (var mirror in mirrors.Where(m => m.Value != "apt" && !Schemes.Any(s => m.Value.StartsWith(s, StringComparison.Ordinal))))
        {
            map.Bag.Error(mirror.Span, $"'{mirror.Value}' is not a mirror", "write 'apt' (what this machine's apt uses) or a URL, for example https://mirror.example.org/debian");
        }

        return [.. mirrors.Select(m => m.Value.TrimEnd('/'))];
    }

    // A list of names, or a map from names to the reason, which is for readers only.
    private static ImmutableSortedSet<string> Ignore(MapReader map)
    {
        var names = map.Node("ignore") is YamlMap ? map.TextEntries("ignore").Select(e => e.Key.Value) : map.Texts("ignore");
        return names.ToImmutableSortedSet(StringComparer.Ordinal);
    }

    private static ImmutableSortedDictionary<string, string> Links(YamlEntry package, MapReader map)
    {
        var links = map.Values.TextEntries(package.Value, package.Key.Value);
        foreach (var (path, _) in links)
        {
            PathReader.CheckInstalled(path, map.Bag);
        }

        return links.ToImmutableSortedDictionary(e => e.Key.Value, e => e.Value, StringComparer.Ordinal);
    }
}
