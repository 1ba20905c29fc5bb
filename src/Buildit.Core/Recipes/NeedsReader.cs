using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>Reads <c>needs: {tools, libs, runtime}</c>.</summary>
internal static class NeedsReader
{
    internal static Needs Read(MapReader owner, string key = "needs")
    {
        if (owner.Open(key, $"'{key}'") is not { } map)
        {
            return Needs.None;
        }

        var needs = new Needs(Packages(map, "tools"), Packages(map, "libs"), Packages(map, "runtime"));
        map.Finish();
        return needs;
    }

    /// <summary>A list of packages, each a good name and none there twice.</summary>
    internal static ImmutableArray<Spanned<string>> Packages(MapReader map, string key)
    {
        var names = map.SpannedTexts(key);
        foreach (var name in names)
        {
            PackageAtom.Parse(name, map.Bag);
        }

        NoneTwice(names, map.Bag);
        return names;
    }

    /// <summary>Reports what a list holds twice.</summary>
    internal static void NoneTwice(ImmutableArray<Spanned<string>> names, DiagnosticBag bag)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names.Where(n => !seen.Add(n.Value)))
        {
            bag.Error(name.Span, $"'{name.Value}' is there twice", "keep one of the two");
        }
    }
}
