using System.Collections.Concurrent;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;

namespace Buildit.Core.Graphs;

/// <summary>
/// Reads recipes, each once. What a recipe names is read ahead on other processors while the graph grows; mistakes are told only when the graph gets there,
/// so that they come in the same order each time.
/// </summary>
/// <param name="workspace">Its <see cref="IWorkspace.ReadText"/> is called from many threads.</param>
/// <param name="isWanted">Whether a name is worth reading ahead: not if its files need not be read at all.</param>
internal sealed class RecipeReader(IWorkspace workspace, Func<string, bool> isWanted)
{
    private const string FileName = "pkg.yaml";
    private readonly ConcurrentDictionary<string, Lazy<Parsed?>> _parsed = new(StringComparer.Ordinal);

    /// <summary>The path of the recipe in a directory.</summary>
    public string PathIn(string directory) => workspace.Combine(directory, FileName);

    /// <summary>The recipe in a directory, or null if there is none or it has mistakes, which go to the bag.</summary>
    public Recipe? Read(string directory, DiagnosticBag bag)
    {
        var parsed = Parse(directory);
        foreach (var mistake in parsed?.Mistakes.Items ?? [])
        {
            bag.Add(mistake);
        }

        return parsed?.Recipe;
    }

    private Parsed? Parse(string directory) => _parsed.GetOrAdd(directory, d => new(() => ParseNow(d))).Value;

    private Parsed? ParseNow(string directory)
    {
        if (workspace.ReadText(PathIn(directory)) is not { } text)
        {
            return null;
        }

        var bag = new DiagnosticBag();
        var recipe = RecipeParser.Parse(text, directory, bag);
        foreach (var name in recipe is null ? [] : NamesIn(recipe))
        {
            ReadAhead(name);
        }

        return new(recipe, bag);
    }

    private void ReadAhead(Spanned<string> name)
    {
        if (PackageAtom.TryParse(name.Value, out var atom, out _) && !atom.IsDebian && isWanted(name.Value))
        {
            _ = Task.Run(() => workspace.RecipeTrees.Any(tree => Parse(workspace.Combine(tree, atom.Key)) is not null));
        }
    }

    private static IEnumerable<Spanned<string>> NamesIn(Recipe recipe) => recipe is Recipe.Derived derived ? recipe.PossibleNeeds.Append(derived.Base) : recipe.PossibleNeeds;

    private sealed record Parsed(Recipe? Recipe, DiagnosticBag Mistakes);
}
