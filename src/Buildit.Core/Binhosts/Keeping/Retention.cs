using System.Collections.Immutable;

namespace Buildit.Core.Binhosts.Keeping;

/// <summary>What a binhost keeps. A record goes when it is both old and not among the newest of its name, and nothing that stays needs it.</summary>
/// <param name="Newest">How many records of each name stay, whatever their age; at least 1.</param>
/// <param name="Before">Records that were written at this time or later stay.</param>
public sealed record Retention(int Newest, DateTimeOffset Before)
{
    /// <summary>The records that stay.</summary>
    /// <param name="all">All records.</param>
    /// <param name="tagged">Images that have a tag.</param>
    /// <param name="pinned">Keys of records that somebody wants to stay.</param>
    public IReadOnlySet<Digest> Kept(IReadOnlyCollection<Holding> all, IReadOnlySet<Digest> tagged, IReadOnlySet<Digest> pinned)
    {
        var roots = all.GroupBy(h => (h.Subject.Kind, h.Subject.Name)).SelectMany(g => NewestFirst(g).Take(Math.Max(1, Newest)))
            .Concat(all.Where(h => h.Written >= Before || pinned.Contains(h.Key) || tagged.Contains(h.Image)));
        return WithNeeded(all, roots);
    }

    /// <summary>Roots, and the packages that are in them or run with them.</summary>
    private static HashSet<Digest> WithNeeded(IReadOnlyCollection<Holding> all, IEnumerable<Holding> roots)
    {
        var byKey = all.ToDictionary(h => h.Key);
        // Of several records that say the same of an output, one is enough.
        var byOutput = NewestFirst(all.Where(h => !h.IsImage)).SelectMany(h => h.Outputs.Select(o => (Output: o, Holding: h))).DistinctBy(o => o.Output).ToDictionary(o => o.Output, o => o.Holding);
        // Of several records of one import, one is enough; imports of one .deb with other links have other outputs.
        var byDeb = NewestFirst(all.Where(h => h.IsImported)).SelectMany(h => h.Materials.Select(m => (Deb: m, Holding: h))).DistinctBy(d => (d.Deb, d.Holding.OtherKeys.FirstOrDefault())).ToLookup(d => d.Deb, d => d.Holding);
        var (kept, waiting) = (new HashSet<Digest>(), new Stack<Holding>(roots));
        while (waiting.TryPop(out var holding))
        {
            if (!kept.Add(holding.Key))
            {
                continue;
            }

            foreach (var needed in holding.IsImage ? holding.Materials.Select(byOutput.GetValueOrDefault) : holding.RunsWith.Select(byKey.GetValueOrDefault).Concat(holding.RunsWithDebs.SelectMany(d => byDeb[d])))
            {
                if (needed is not null)
                {
                    waiting.Push(needed);
                }
            }
        }

        return kept;
    }

    private static IEnumerable<Holding> NewestFirst(IEnumerable<Holding> holdings) =>
        holdings.OrderByDescending(h => h.Written).ThenByDescending(h => h.Subject.Version, Comparer<string>.Create(static (a, b) => VersionOrder.Compare(a, b))).ThenBy(h => h.Key);
}
