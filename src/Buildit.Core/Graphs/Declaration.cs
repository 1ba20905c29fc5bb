using System.Collections.Immutable;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Graphs;

/// <summary>The files that declare a package, for messages.</summary>
/// <param name="Recipes">The full recipe, then what is derived from it, the file that was asked for last; none for a distribution package.</param>
/// <param name="Style">The style file that filled phases in, if any.</param>
public sealed record Declaration(ImmutableArray<SourceText> Recipes, SourceText? Style)
{
    /// <summary>No files.</summary>
    public static Declaration None { get; } = new([], null);

    /// <summary>With a recipe that is derived from it.</summary>
    public Declaration Plus(SourceText derived) => this with { Recipes = [.. Recipes, derived] };
}
