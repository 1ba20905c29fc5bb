using System.Collections.Immutable;
using Buildit.Core.Containers;

namespace Buildit.Core.Searching;

/// <summary>Something that can be built, or taken from a binhost.</summary>
/// <param name="Kind"><c>recipe</c>, <c>container</c>, <c>debian</c>; of what a binhost has <c>package</c>, or the name of an image format.</param>
/// <param name="Name">As commands take it; of an image, its container's name.</param>
/// <param name="Version">Empty for what has none.</param>
/// <param name="Summary">One line for people; empty where nobody has written one.</param>
/// <param name="Places">The file that declares it, or the binhosts that list it.</param>
public sealed record Finding(string Kind, string Name, string Version, string Summary, ImmutableArray<string> Places)
{
    /// <summary>The kinds, in the order in which they are shown for one name.</summary>
    public static ImmutableArray<string> Kinds { get; } = ["container", "recipe", "debian", "package", .. ImageFormats.Names];

    /// <summary>Those in whose name, version or summary every word is, whatever its case; each once, by name, kind, and newest version first.</summary>
    public static ImmutableArray<Finding> Matching(IEnumerable<Finding> all, IReadOnlyCollection<string> words) =>
    [
        .. all.Where(f => Kinds.Contains(f.Kind) && words.All(w => $"{f.Name} {f.Version} {f.Summary}".Contains(w, StringComparison.OrdinalIgnoreCase)))
            .GroupBy(f => (f.Kind, f.Name, f.Version))
            .Select(g => g.First() with { Summary = g.Select(f => f.Summary).FirstOrDefault(s => s.Length > 0) ?? "", Places = [.. g.SelectMany(f => f.Places).Distinct()] })
            .OrderBy(f => f.Name, StringComparer.Ordinal).ThenBy(f => Kinds.IndexOf(f.Kind)).ThenByDescending(f => f.Version, Comparer<string>.Create((a, b) => VersionOrder.Compare(a, b))),
    ];
}
