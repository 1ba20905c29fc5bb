using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>Paths that recipes and containers write: absolute ones in the installed tree, relative ones beside the file.</summary>
internal static class PathReader
{
    /// <summary>Reports a path that is not an absolute one without '.', '..' and empty parts.</summary>
    internal static void CheckInstalled(Spanned<string> path, DiagnosticBag bag)
    {
        if (!path.Value.StartsWith('/'))
        {
            bag.Error(path.Span, $"'{path.Value}' is not an absolute path", $"write '/{path.Value}'");
        }
        else if (!TreePath.IsClean(path.Value[1..]))
        {
            bag.Error(path.Span, $"'{path.Value}' is not a plain path", "leave out '.', '..', and repeated or trailing slashes");
        }
    }

    /// <summary>A path that stays below the file's directory, in clean form; null with a mistake in the bag if it does not.</summary>
    internal static string? Beside(Spanned<string> path, DiagnosticBag bag)
    {
        var clean = TreePath.Clean(path.Value);
        if (string.IsNullOrEmpty(clean))
        {
            bag.Error(path.Span, $"'{path.Value}' is not a path below the directory of this file", "write a relative path without '..'");
            return null;
        }

        return clean;
    }

    /// <summary><c>links:</c>, absolute path -> link text.</summary>
    internal static ImmutableSortedDictionary<string, string> Links(MapReader map)
    {
        var links = map.TextEntries("links");
        foreach (var (path, _) in links)
        {
            CheckInstalled(path, map.Bag);
        }

        return links.ToImmutableSortedDictionary(e => e.Key.Value, e => e.Value, StringComparer.Ordinal);
    }

    /// <summary><c>files:</c>, absolute path -> file beside the recipe.</summary>
    internal static ImmutableArray<PlacedFile> Files(MapReader map)
    {
        var files = ImmutableArray.CreateBuilder<PlacedFile>();
        foreach (var entry in map.Entries("files"))
        {
            CheckInstalled(entry.Key, map.Bag);
            if (map.Values.Text(entry.Value, entry.Key.Value) is { } text && Beside(text, map.Bag) is { } source)
            {
                files.Add(new(entry.Key.Value, source, text.Span));
            }
        }

        return files.ToImmutable();
    }
}
