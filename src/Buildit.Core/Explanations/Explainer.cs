using System.Collections.Immutable;
using Buildit.Core.Differences;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;

namespace Buildit.Core.Explanations;

/// <summary>
/// Finds root causes: compares two preimages and follows dependencies whose keys changed down to the inputs that people declared.
/// </summary>
/// <param name="history">What was built before.</param>
/// <param name="distribution">Words for distribution packages; null if there are none.</param>
/// <param name="sources">Knows which files of local sources changed; null if nobody does.</param>
public sealed class Explainer(IHistory history, DistributionCauses? distribution, ILocalSources? sources = null)
{
    private readonly RecipePlaces _places = new();
    private readonly Dictionary<(Digest Before, Digest Now), ImmutableArray<Cause>> _known = [];

    /// <summary>
    /// Why this package is not in the store under its key: what differs from the nearest record of a package of its name. What it is made from should be explained
    /// before it: then that need not be gone down to again.
    /// </summary>
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
        return new(package, nearest, _known[(nearest.Record.RecipeKey.Digest, package.Key.Digest)] = Causes(Subject.Of(nearest), Subject.Of(package), changes));
    }

    /// <summary>The root causes of the differences between two packages.</summary>
    public ImmutableArray<Cause> Between(Subject old, Subject @new) => Causes(old, @new, InputDiff.Between(Preimage.Parse(old.Preimage), Preimage.Parse(@new.Preimage)));

    private ImmutableArray<Cause> Causes(Subject old, Subject @new, ImmutableArray<InputChange> changes)
    {
        var words = new CauseWords(old, @new, sources);
        var (own, inherited, brought) = (new List<Cause>(), new List<Cause>(), new List<(string Flag, string What)>());
        foreach (var change in changes.Where(c => !IsSaidElsewhere(c, changes)))
        {
            if (change is { Kind: "closure" } && distribution is not null)
            {
                inherited.AddRange(distribution.Of(change).Select(c => WithDerived(c, @new.Package)));
            }
            else if (change is { IsDependency: true, IsChange: true })
            {
                inherited.AddRange(OfDependency(change, @new.Package));
            }
            else
            {
                var declared = @new.Package is { } package ? _places.Find(package, change) : null;
                var causes = words.Of(change).Select(c => c with { Place = declared?.Place }).ToArray();
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

        var withFlags = own.Select(c => c.Kind == "use" ? c with { Details = [.. brought.Where(b => b.Flag == c.Name).Select(b => b.What)] } : c);
        return [.. withFlags.Concat(inherited).DistinctBy(c => c.Identity)];
    }

    private ImmutableArray<Cause> OfDependency(InputChange change, Package? package)
    {
        var (before, now) = (Digest.Parse(change.Old!.Value), Digest.Parse(change.New!.Value));
        if (_known.TryGetValue((before, now), out var known))
        {
            return known;
        }

        var dependency = package?.Dependencies.FirstOrDefault(d => d.Name == change.Name && d.Key.Digest == now);
        var (old, @new) = (Remembered(change.Name, before), dependency is null ? Remembered(change.Name, now) : Subject.Of(dependency));
        return _known[(before, now)] = old is null || @new is null ? [new(change.Name, "", "", Became.Changed) { What = "something that this store does not remember" }] : Between(old, @new);
    }

    private Subject? Remembered(string name, Digest key) =>
        history.Preimage(key) is { } preimage ? new(name, preimage) { Record = history.Of(name).FirstOrDefault(p => p.Record.RecipeKey.Digest == key)?.Record } : null;

    /// <summary>Links of a distribution package may also be declared by a recipe that is derived from it.</summary>
    private Cause WithDerived(Cause cause, Package? package) =>
        cause.Kind == "link" && package is not null && _places.Find(package, new(null, new("link", cause.Name, []))) is { } declared ? cause with { Place = declared.Place } : cause;

    /// <summary>A .deb is also a member of its own closure; a flag that is new and on is also switched on.</summary>
    private static bool IsSaidElsewhere(InputChange change, ImmutableArray<InputChange> changes) => change.Kind switch
    {
        "deb" => changes.Any(c => c.Kind == "closure"),
        "flag" => changes.Any(c => c.Kind == "use" && c.Name == change.Name),
        _ => false,
    };
}
