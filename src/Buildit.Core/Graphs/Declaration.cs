using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

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

    /// <summary>Where a phase, or the test, is declared: what is derived wins over what it is derived from, and both over the style. Null if no file says it. Reads the files again.</summary>
    public SourceSpan? At(string phase)
    {
        var recipes = Recipes.Reverse().Select(Root).Select(r => phase == "test" ? YamlPath.Entry(r, phase) : YamlPath.Entry(r, "build", phase));
        var style = Style is { } text ? YamlPath.Entry(Root(text), "phases", phase) : null;
        return recipes.Append(style).FirstOrDefault(e => e is not null)?.Key.Span;
    }

    private static YamlNode? Root(SourceText text) => YamlReader.Read(text, new());
}
