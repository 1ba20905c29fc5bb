using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Discovery;
using Buildit.Core.Git;
using Buildit.Core.Yaml;

namespace Buildit.Core.Configuration;

/// <summary>Reads a <c>.buildit-config.yaml</c>.</summary>
public static class ConfigParser
{
    /// <summary>The configuration, or null if there is a mistake; all of the file's mistakes go into the bag.</summary>
    public static Config? Parse(SourceText text, DiagnosticBag bag)
    {
        var mistakes = new DiagnosticBag();
        var root = YamlReader.Read(text, mistakes);
        var config = root is not null && new ValueReader(mistakes).Open(root, ".buildit-config.yaml", "the configuration") is { } map ? Read(map) : null;
        bag.AddRange(mistakes);
        return mistakes.HasErrors ? null : config;
    }

    private static Config Read(MapReader map)
    {
        var config = new Config
        {
            Binhosts = [.. BinhostReader.Repository(map), .. BinhostReader.Binhosts(map)],
            Recipes = [.. map.Items("recipes").Select(item => Tree(item, map.Values)).OfType<RecipeTree>()],
            Discover = [.. map.SpannedTexts("discover").Select(text => Discovery(text, map.Bag)).OfType<DiscoveryEntry>()],
            Store = map.SpannedText("store"),
            Mirrors = DistributionParser.Mirrors(map, "mirrors"),
            DistributionMirrors = DistributionParser.Mirrors(map, "distribution-mirrors"),
            Jobs = map.Number("jobs", 1, 1024),
        };
        CheckNames(config.Binhosts, map.Bag);
        if (config.Mirrors.Contains("apt"))
        {
            map.Bag.Error(map.KeySpan("mirrors"), "'apt' has no sources by their file names", "write it under 'distribution-mirrors'");
        }

        map.Finish();
        return config;
    }

    private static RecipeTree? Tree(YamlNode node, ValueReader values)
    {
        if (node is not YamlMap)
        {
            return values.Text(node, "recipes") is { } path ? new RecipeTree.Local(path.Value) { Span = path.Span } : null;
        }

        var map = values.Open(node, "recipes", "a recipe tree")!;
        var origin = GitReader.Read(map, GitRevision.Default);
        map.Finish();
        return origin is { } git ? new RecipeTree.Git(git.Value) { Span = git.Span } : null;
    }

    private static DiscoveryEntry? Discovery(Spanned<string> text, DiagnosticBag bag)
    {
        var entry = DiscoveryEntry.Parse(text.Value, text.Span, out var mistake);
        if (mistake is not null)
        {
            bag.Add(mistake);
        }

        return entry;
    }

    private static void CheckNames(ImmutableArray<BinhostEntry> binhosts, DiagnosticBag bag)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var binhost in binhosts.Where(b => !seen.Add(b.Name.Value)))
        {
            bag.Error(binhost.Name.Span, $"a second binhost with the name '{binhost.Name.Value}'", "give each binhost a name of its own");
        }
    }
}
