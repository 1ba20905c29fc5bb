using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>Reads a map from build phases to shell text.</summary>
internal static class PhaseReader
{
    internal static ImmutableSortedDictionary<string, string> Read(MapReader owner, string key)
    {
        if (owner.Node(key) is YamlScalar { IsNothing: false } text)
        {
            owner.Values.Expected("a map", text, key, $"write the commands under a phase: {string.Join(", ", Phase.Names)}");
            return ImmutableSortedDictionary<string, string>.Empty;
        }

        var phases = owner.TextEntries(key);
        // An entry of the wrong kind is not among the texts, but its name is still worth a look.
        foreach (var entry in owner.Node(key) is YamlMap map ? map.Entries : [])
        {
            if (!Phase.Names.Contains(entry.Key.Value))
            {
                var list = $"the phases are: {string.Join(", ", Phase.Names)}";
                owner.Bag.Add(new($"unknown phase '{entry.Key.Value}'", entry.Key.Span, Suggestion.Hint(entry.Key.Value, Phase.Names) is { } near ? $"{near} {list}" : list));
            }
        }

        return phases.ToImmutableSortedDictionary(p => p.Key.Value, p => p.Value, StringComparer.Ordinal);
    }
}
