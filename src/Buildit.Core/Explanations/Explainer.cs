using System.Collections.Immutable;
using Buildit.Core.Differences;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;

namespace Buildit.Core.Explanations;

/// <summary>
/// Finds root causes: compares a package's preimage with the nearest one in the history and follows dependencies whose keys changed down to the inputs that people declared.
/// </summary>
/// <param name="history">What was built before.</param>
/// <param name="distribution">Words for distribution packages; null if there are none.</param>
public sealed class Explainer(IHistory history, DistributionCauses? distribution)
{
    private readonly RecipePlaces _places = new();
    private readonly Dictionary<(Digest Now, Digest Before), ImmutableArray<Cause>> _known = [];

    /// <summary>Why this package is not in the store under its key.</summary>
    public Explanation Explain(Package package)
    {
        var now = Preimage.Parse(package.Preimage);
        // The newest of those with the fewest changes: MinBy takes the first.
        var compared = history.Of(package.Name).Select(past => (Past: past, Changes: InputDiff.Between(Preimage.Parse(past.Preimage), now))).ToArray();
        if (compared.Length == 0)
        {
            return new(package, null, []);
        }

        var (nearest, changes) = compared.MinBy(c => c.Changes.Length);
        return new(package, nearest, Causes(package, nearest, changes));
    }

    /// <summary>The root causes of the differences between two keys of one package.</summary>
    public ImmutableArray<Cause> Between(Package package, Digest before)
    {
        if (!_known.TryGetValue((package.Key.Digest, before), out var causes))
        {
            causes = history.Preimage(before) is { } text
                ? Causes(package, history.Of(package.Name).FirstOrDefault(p => p.Record.RecipeKey.Digest == before), InputDiff.Between(Preimage.Parse(text), Preimage.Parse(package.Preimage)))
                : [new(package.Name, "", "", Became.Changed) { What = "something that this store does not remember" }];
            _known[(package.Key.Digest, before)] = causes;
        }

        return causes;
    }

    private ImmutableArray<Cause> Causes(Package package, PastRecord? past, ImmutableArray<InputChange> changes)
    {
        var words = new CauseWords(package, past?.Record);
        var (own, inherited, brought) = (new List<Cause>(), new List<Cause>(), new List<(string Flag, string What)>());
        foreach (var change in changes.Where(c => !IsSaidElsewhere(c, changes)))
        {
            if (change is { Kind: "closure" } && distribution is not null)
            {
                inherited.AddRange(distribution.Of(change).Select(c => WithDerived(c, package)));
            }
            else if (change is { IsDependency: true, IsChange: true } && package.Dependencies.FirstOrDefault(d => d.Name == change.Name && d.Key.ToString() == change.New!.Value) is { } dependency)
            {
                inherited.AddRange(Between(dependency, Digest.Parse(change.Old!.Value)));
            }
            else
            {
                var declared = _places.Find(package, change);
                var causes = words.Of(change).Select(c => c with { Place = declared is null ? HelperPlace(package, change) : Place.Of(declared.Span) }).ToArray();
                if (declared?.Flag is { } flag && changes.Any(c => c.Kind == "use" && c.Name == flag))
                {
                    brought.AddRange(causes.Select(c => (flag, c.Sentence)));
                }
                else
                {
                    own.AddRange(causes);
                }
            }
        }

        var withFlags = own.Select(c => c.Kind == "use" ? c with { Brings = [.. brought.Where(b => b.Flag == c.Name).Select(b => b.What)] } : c);
        return [.. withFlags.Concat(inherited).DistinctBy(c => c.Identity)];
    }

    /// <summary>Links of a distribution package may also be declared by a recipe that is derived from it.</summary>
    private Cause WithDerived(Cause cause, Package package) =>
        cause.Kind == "link" && _places.Find(package, new(null, new("link", cause.Name, []))) is { } declared ? cause with { Place = Place.Of(declared.Span) } : cause;

    /// <summary>A .deb is also a member of its own closure; a flag that is new and on is also switched on.</summary>
    private static bool IsSaidElsewhere(InputChange change, ImmutableArray<InputChange> changes) => change.Kind switch
    {
        "deb" => changes.Any(c => c.Kind == "closure"),
        "flag" => changes.Any(c => c.Kind == "use" && c.Name == change.Name),
        _ => false,
    };

    /// <summary>A helper file is declared by being there, beside one of the recipes; of one that is gone, the directory is known.</summary>
    private static Place? HelperPlace(Package package, InputChange change)
    {
        if (change.Kind != "helper")
        {
            return null;
        }

        var local = (package as Package.Built)?.Recipe.HelperFiles.FirstOrDefault(f => f.Path == change.Name)?.LocalPath;
        var directories = package.Declaration.Recipes.Select(r => r.Path[..(r.Path.LastIndexOf('/') + 1)] + "files");
        return local is null
            ? new(directories.Last(), null)
            : directories.Select(d => new Place($"{d}/{change.Name}", null)).LastOrDefault(p => local.EndsWith(p.File, StringComparison.Ordinal));
    }
}
