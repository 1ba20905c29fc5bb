using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>Reads <c>use:</c> of both kinds of recipe: flags with what they add, or the choice among a base's flags.</summary>
internal static class UseFlagReader
{
    internal static ImmutableArray<UseFlag> Flags(MapReader recipe)
    {
        var flags = ImmutableArray.CreateBuilder<UseFlag>();
        foreach (var entry in recipe.Entries("use"))
        {
            PackageName.Check(entry.Key, "the name of a use flag", recipe.Bag);
            if (entry.Value is YamlScalar { IsNothing: false } scalar)
            {
                recipe.Values.Expected("a map", scalar, entry.Key.Value, $"write {entry.Key.Value}: {{default: {scalar.Value}}}");
            }
            else if (recipe.Values.Open(entry.Value, entry.Key.Value, "a use flag") is { } map)
            {
                flags.Add(Flag(entry.Key, map));
            }
        }

        CheckRequired(flags, recipe.Bag);
        return flags.ToImmutable();
    }

    /// <summary><c>use: {with: [...], without: [...]}</c>.</summary>
    internal static (ImmutableArray<Spanned<string>> With, ImmutableArray<Spanned<string>> Without) Choice(MapReader recipe)
    {
        if (recipe.Open("use", "'use' of a recipe with a base") is not { } map)
        {
            return ([], []);
        }

        var (with, without) = (map.SpannedTexts("with"), map.SpannedTexts("without"));
        map.Finish();
        foreach (var flag in with.Concat(without))
        {
            PackageName.Check(flag, "the name of a use flag", map.Bag);
        }

        NeedsReader.NoneTwice([.. with, .. without], map.Bag);
        return (with, without);
    }

    private static UseFlag Flag(Spanned<string> name, MapReader map)
    {
        var flag = new UseFlag(name)
        {
            Default = map.Bool("default", false),
            Description = map.Text("description"),
            Requires = map.SpannedTexts("requires"),
            Needs = NeedsReader.Read(map),
            NeedsOff = NeedsReader.Read(map, "needs-off"),
            Configure = map.Texts("configure"),
            ConfigureOff = map.Texts("configure-off"),
        };
        map.Finish();
        return flag;
    }

    private static void CheckRequired(ImmutableArray<UseFlag>.Builder flags, DiagnosticBag bag)
    {
        var names = flags.Select(f => f.Name.Value).ToArray();
        foreach (var required in flags.SelectMany(f => f.Requires).Where(r => !names.Contains(r.Value)))
        {
            bag.Error(required.Span, $"'{required.Value}' is not a use flag of this recipe", Suggestion.Hint(required.Value, names) ?? $"its flags are: {string.Join(", ", names)}");
        }
    }
}
