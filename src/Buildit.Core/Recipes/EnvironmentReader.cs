using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>Reads a map of environment variables.</summary>
internal static partial class EnvironmentReader
{
    /// <summary>Names and values in the order written; what is no name of a variable is a mistake.</summary>
    internal static ImmutableArray<KeyValuePair<string, string>> Read(MapReader map, string key)
    {
        var entries = map.TextEntries(key);
        foreach (var (name, _) in entries.Where(e => !VariableName().IsMatch(e.Key.Value)))
        {
            map.Bag.Error(name.Span, $"'{name.Value}' is not the name of an environment variable", "use letters, digits and _, not beginning with a digit");
        }

        return [.. entries.Select(e => KeyValuePair.Create(e.Key.Value, e.Value))];
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex VariableName();
}
