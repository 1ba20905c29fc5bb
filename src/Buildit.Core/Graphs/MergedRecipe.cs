using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;

namespace Buildit.Core.Graphs;

/// <summary>A full recipe with everything that derived recipes and flags add to it, before its files are looked at.</summary>
public sealed record MergedRecipe
{
    /// <summary><c>category/name</c> of the full recipe.</summary>
    public required string Name { get; init; }

    /// <summary>The files that it was merged from.</summary>
    public required Declaration Declaration { get; init; }

    /// <summary>The file that was asked for.</summary>
    public SourceText Text => Declaration.Recipes[^1];

    /// <summary>The full recipe at the bottom.</summary>
    public required Recipe.Full Recipe { get; init; }

    /// <summary>The chosen version; null for a group.</summary>
    public required RecipeVersion? Version { get; init; }

    /// <summary>Patches with the directory that each is found from, in the order in which they are applied.</summary>
    public required ImmutableArray<(Patch Patch, string Directory)> Patches { get; init; }

    /// <summary>State of every flag.</summary>
    public required ImmutableSortedDictionary<string, bool> Flags { get; init; }

    /// <summary>Needs of the recipe, its style and derived recipes, without those of the flags.</summary>
    public required Needs OwnNeeds { get; init; }

    /// <summary>Configure arguments of derived recipes.</summary>
    public ImmutableArray<string> DerivedConfigure { get; init; } = [];

    /// <summary>All needs. What flags add is worked out from their final state, so that a flag switched off again leaves nothing behind.</summary>
    public Needs Needs => Recipe.Use.Aggregate(OwnNeeds, (needs, flag) => needs.Plus(Flags[flag.Name.Value] ? flag.Needs : flag.NeedsOff));

    /// <summary>Configure arguments: the recipe's, then the flags' in the recipe's order, then those of derived recipes.</summary>
    public ImmutableArray<string> Configure =>
        [.. Recipe.Configure, .. Recipe.Use.SelectMany(flag => Flags[flag.Name.Value] ? flag.Configure : flag.ConfigureOff), .. DerivedConfigure];

    /// <summary>Links of all.</summary>
    public required ImmutableSortedDictionary<string, string> Links { get; init; }

    /// <summary>Directories with a <c>files/</c>, the winning one last.</summary>
    public required ImmutableArray<string> HelperDirectories { get; init; }

    /// <summary>Phases of the style under those of the recipe.</summary>
    public required ImmutableSortedDictionary<string, string> Phases { get; init; }
}
