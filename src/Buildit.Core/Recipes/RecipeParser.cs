using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>Reads a <c>pkg.yaml</c>. See docs/recipes.md.</summary>
public static class RecipeParser
{
    /// <summary>The recipe, or null if there is a mistake; all of the file's mistakes go into the bag.</summary>
    public static Recipe? Parse(SourceText text, string directory, DiagnosticBag bag)
    {
        var mistakes = new DiagnosticBag();
        var recipe = YamlReader.Read(text, mistakes, MisindentedPatches.Explain) is { } root ? Read(root, text, directory, mistakes) : null;
        bag.AddRange(mistakes);
        return mistakes.HasErrors ? null : recipe;
    }

    private static Recipe? Read(YamlNode root, SourceText text, string directory, DiagnosticBag bag)
    {
        if (new ValueReader(bag).Open(root, "pkg.yaml", root is YamlMap m && m.Find("base") is null ? "a recipe" : "a recipe with a base") is not { } map)
        {
            return null;
        }

        Recipe? recipe = map.Has("base") ? Derived(map, text, directory) : Full(map, text, directory);
        map.Finish();
        return recipe;
    }

    private static Recipe.Derived? Derived(MapReader map, SourceText text, string directory)
    {
        var atom = map.SpannedText("base");
        if (atom is { } written)
        {
            PackageAtom.Parse(written, map.Bag);
        }

        var (with, without) = UseFlagReader.Choice(map);
        return new()
        {
            Text = text,
            Directory = directory,
            Author = map.Text("author"),
            Base = atom ?? default,
            Patches = PatchReader.Read(map),
            With = with,
            Without = without,
            Configure = map.Texts("configure"),
            Needs = NeedsReader.Read(map),
            Links = PathReader.Links(map),
        };
    }

    private static Recipe.Full Full(MapReader map, SourceText text, string directory)
    {
        var recipe = new Recipe.Full
        {
            Text = text,
            Directory = directory,
            Name = map.RequiredText("name") ?? new("", map.Span),
            Author = map.Text("author"),
            Summary = map.Text("summary"),
            Homepage = map.Text("homepage"),
            License = LicenseKey.Read(map),
            Cpe = LicenseKey.Cpe(map),
            Versions = SourceReader.Versions(map),
            Needs = NeedsReader.Read(map),
            Use = UseFlagReader.Flags(map),
            Configure = map.Texts("configure"),
            Environment = EnvironmentReader.Read(map, "environment").ToImmutableSortedDictionary(StringComparer.Ordinal),
            Style = map.SpannedText("style"),
            Phases = PhaseReader.Read(map, "build"),
            Outputs = OutputReader.Read(map),
            Test = map.Text("test"),
            Links = PathReader.Links(map),
            Files = PathReader.Files(map),
            Replaces = NeedsReader.Packages(map, "replaces"),
            Timeout = TimeReader.Timeout(map),
            Date = TimeReader.Date(map),
        };
        CheckWhole(recipe, map);
        return recipe;
    }

    private static void CheckWhole(Recipe.Full recipe, MapReader map)
    {
        if (recipe.Name.Value.Length > 0)
        {
            PackageName.Check(recipe.Name, "the name of a package", map.Bag);
        }

        var builds = map.Has("build") || map.Has("style");
        if (builds && !map.Has("versions"))
        {
            map.Bag.Error(map.KeySpan(map.Has("build") ? "build" : "style"), "there is something to build, but no version of it", "add 'versions'");
        }
        else if (!builds && recipe.Versions.Any(v => v.Sources.Length > 0))
        {
            map.Bag.Error(map.KeySpan("versions"), "there are sources, but nothing says how to build them", "add 'build' or 'style'");
        }
    }
}
