using Buildit.Core.Graphs;
using Buildit.Core.Keys;

namespace Buildit.Core.Planning;

/// <summary>
/// Packages of a graph that others stand for. Where both would meet in a root only one is put there, so that the other is not even made for it. Every answer
/// costs a look at what a package names itself, not at its whole closure.
/// </summary>
internal sealed class Replacements
{
    private readonly List<(Package Package, HashSet<RecipeKey> With, HashSet<RecipeKey> WithReplacer)> _replaced = [];

    public Replacements(PackageGraph graph, Companionship companionship)
    {
        var replacers = graph.Packages.SelectMany(p => p.Replaces.Select(r => (Name: r, By: p))).ToLookup(r => r.Name, r => r.By, StringComparer.Ordinal);
        foreach (var package in graph.Packages.Where(p => replacers.Contains(p.Name)))
        {
            _replaced.Add((package, companionship.Above([package]), companionship.Above(replacers[package.Name])));
        }
    }

    /// <summary>Whether another package may stand for this one.</summary>
    public bool Concern(Package package) => _replaced.Exists(r => r.Package.Key == package.Key);

    /// <summary>The packages that others may stand for, but none does in a root of these packages and their companions.</summary>
    public IEnumerable<Package> StillIn(IReadOnlyCollection<Package> root) =>
        _replaced.Where(r => root.Any(p => r.With.Contains(p.Key)) && !root.Any(p => r.WithReplacer.Contains(p.Key))).Select(r => r.Package);
}
