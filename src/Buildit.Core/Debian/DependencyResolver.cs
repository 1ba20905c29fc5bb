using System.Collections.Immutable;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Debian;

/// <summary>A distribution package that somebody asks for by name, and where.</summary>
public readonly record struct DependencyRoot(string Name, SourceSpan? Span = null);

/// <summary>
/// Chooses the packages that some roots need: a function of the index, the distribution's rules and the set of roots, whatever their order.
/// Recommends are not followed, maintainer scripts' needs are named by <see cref="Distribution.Ignore"/>.
/// </summary>
public static class DependencyResolver
{
    /// <summary>
    /// The whole closure of the roots. Throws <see cref="BuilditException"/> with <see cref="ExitCode.Unresolvable"/> and every root that
    /// is unknown or cannot be satisfied, each with the chain of packages that leads to what is missing.
    /// </summary>
    public static PackagesLock Resolve(IEnumerable<DependencyRoot> roots, PackageIndex index, Distribution distribution)
    {
        var problems = new DiagnosticBag();
        var sorted = roots.OrderBy(r => r.Name, StringComparer.Ordinal).ToImmutableArray();
        var packages = FindRoots(sorted, index, problems);
        problems.ThrowIfErrors(ExitCode.Unresolvable);
        var graph = new CandidateGraph(index, distribution, packages);
        var explain = new Unsatisfied(index, graph);
        foreach (var root in sorted)
        {
            problems.Report(explain.Root(root));
        }

        problems.ThrowIfErrors(ExitCode.Unresolvable);
        var conflicts = new Conflicts(index.Architecture);
        var chosen = new Selection(graph, conflicts).Choose(packages);
        var locked = ToLock(chosen, graph, packages);
        conflicts.Check(locked, [.. locked.Packages.Keys.Select(name => chosen[name])], packages, problems);
        problems.ThrowIfErrors(ExitCode.Unresolvable);
        return locked;
    }

    private static void Report(this DiagnosticBag problems, Diagnostic? problem)
    {
        if (problem is not null)
        {
            problems.Add(problem);
        }
    }

    private static ImmutableArray<IndexedPackage> FindRoots(ImmutableArray<DependencyRoot> roots, PackageIndex index, DiagnosticBag problems)
    {
        var found = ImmutableArray.CreateBuilder<IndexedPackage>();
        foreach (var root in roots)
        {
            if (index.Find(root.Name) is { } package)
            {
                found.Add(package);
                continue;
            }

            var providers = index.ProvidersOf(root.Name).Select(p => $"'debian/{p.Package.Name}'").Distinct().ToArray();
            problems.Error(
                root.Span,
                $"there is no distribution package '{root.Name}'",
                providers.Length > 0 ? $"it is a virtual package, provided by {string.Join(", ", providers)}" : Suggestion.Hint(root.Name, index.Names));
        }

        return found.ToImmutable();
    }

    /// <summary>Records what each dependency came to, and drops what nothing needs any more after later choices.</summary>
    private static PackagesLock ToLock(SortedDictionary<string, IndexedPackage> chosen, CandidateGraph graph, ImmutableArray<IndexedPackage> roots)
    {
        var all = new PackagesLock(chosen.Values.Select(p => ToLocked(p, graph, chosen)).ToImmutableSortedDictionary(p => p.Name, p => p, StringComparer.Ordinal));
        var needed = all.Closure(roots.Select(r => r.Name));
        return new(all.Packages.RemoveRange(all.Packages.Keys.Where(name => !needed.Contains(name))));
    }

    private static LockedPackage ToLocked(IndexedPackage package, CandidateGraph graph, SortedDictionary<string, IndexedPackage> chosen)
    {
        var depends = graph.NeedsOf(package)
            .Select(need => need.Candidates.First(c => chosen.ContainsKey(c.Package.Name)).Package.Name)
            .Where(name => name != package.Name)
            .Distinct()
            .Order(StringComparer.Ordinal);
        return new(package.Name, package.Version, package.Architecture, package.Path, package.Size, package.Sha256, [.. depends]);
    }
}
