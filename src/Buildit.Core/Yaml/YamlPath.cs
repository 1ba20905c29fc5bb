using Buildit.Core.Diagnostics;

namespace Buildit.Core.Yaml;

/// <summary>Finds the places of values in a file that was read already.</summary>
internal static class YamlPath
{
    /// <summary>The entry that these keys lead to; null if there is none.</summary>
    internal static YamlEntry? Entry(YamlNode? node, params ReadOnlySpan<string> keys)
    {
        YamlEntry? entry = null;
        foreach (var key in keys)
        {
            entry = (node as YamlMap)?.Find(key);
            node = entry?.Value;
        }

        return entry;
    }

    /// <summary>The item of a list that is one of these texts, or that a test takes for one.</summary>
    internal static SourceSpan? Item(YamlNode? list, Predicate<string> isMeant) =>
        (list as YamlList)?.Items.OfType<YamlScalar>().FirstOrDefault(i => isMeant(i.Value))?.Span;

    /// <summary>
    /// The line of a text that is the first to differ from another text. A text in a block is found line by line; one that is folded or quoted, by its visible characters.
    /// </summary>
    internal static SourceSpan FirstDifference(YamlScalar text, string other)
    {
        var common = text.Value.AsSpan().CommonPrefixLength(other);
        var line = common == 0 ? 0 : text.Value.LastIndexOf('\n', Math.Min(common, text.Value.Length) - 1) + 1;
        var length = text.Value.AsSpan(line).IndexOf('\n') is var end and >= 0 ? end : text.Value.Length - line;
        var visible = text.Value.AsSpan(line, length).IndexOfAnyExcept(" \t\r");
        return visible >= 0 ? text.At(line + visible) : text.Value.AsSpan(0, line).LastIndexOfAnyExcept(" \t\r\n") is var last and >= 0 ? text.At(last) : text.Span;
    }
}
