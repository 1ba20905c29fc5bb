using System.Collections.Immutable;

namespace Buildit.Core.Debian;

/// <summary>
/// A lock in which only some packages move. The index has but the newest version of each, so there is nothing to resolve old and new versions against.
/// So what moves takes everything along that it needs, and whatever needed one of those and changed, too: no package meets a version that it was not resolved with.
/// </summary>
public static class PartialUpdate
{
    /// <summary>The old lock with these packages, and what must go with them, as in the new one.</summary>
    /// <param name="before">The lock in force.</param>
    /// <param name="newest">The same roots resolved anew.</param>
    /// <param name="roots">Names of the packages that the lock is made for; those that were not in it come along.</param>
    /// <param name="names">Names of the packages that are to move.</param>
    public static PackagesLock Of(PackagesLock before, PackagesLock newest, IReadOnlyCollection<string> roots, IEnumerable<string> names)
    {
        var moving = newest.Closure(roots.Where(r => !before.Packages.ContainsKey(r)).Concat(names.Where(newest.Packages.ContainsKey)));
        var gone = ImmutableHashSet<string>.Empty;
        while (Affected().ToArray() is { Length: > 0 } affected)
        {
            moving = moving.Union(newest.Closure(affected.Where(newest.Packages.ContainsKey)));
            gone = gone.Union(affected.Where(a => !newest.Packages.ContainsKey(a)));
        }

        var all = new PackagesLock(before.Packages.RemoveRange(gone).SetItems(moving.Select(m => KeyValuePair.Create(m, newest.Packages[m]))));
        var needed = all.Closure(roots);
        return new(all.Packages.RemoveRange(all.Packages.Keys.Where(p => !needed.Contains(p))));

        IEnumerable<string> Affected() => before.Packages.Values
            .Where(p => !moving.Contains(p.Name) && !gone.Contains(p.Name) && IsChanged(p.Name) && p.Depends.Any(d => gone.Contains(d) || (moving.Contains(d) && IsChanged(d))))
            .Select(p => p.Name);

        bool IsChanged(string name) => before.Packages.GetValueOrDefault(name)?.Sha256 != newest.Packages.GetValueOrDefault(name)?.Sha256;
    }
}
