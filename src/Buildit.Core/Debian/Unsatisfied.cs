using System.Text;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Debian;

/// <summary>Says why a root cannot be satisfied: the chain of dependencies down to the one that nothing meets.</summary>
internal sealed class Unsatisfied(PackageIndex index, CandidateGraph graph)
{
    /// <summary><c>debian/gcc -> gcc-12 (>= 12.2.0-1~) -> libfoo (>= 9): only libfoo 8 is there</c>, or null if nothing is wrong.</summary>
    public Diagnostic? Root(DependencyRoot root)
    {
        var package = index.Find(root.Name)!;
        if (graph.WhyBroken(package) is not { } need)
        {
            return null;
        }

        var chain = new StringBuilder("debian/").Append(root.Name);
        // A package is broken by something that was found broken before it: the walk ends.
        while (need.Candidates.Length > 0)
        {
            chain.Append(" -> ").Append(need.Candidates[0].Relation);
            need = graph.WhyBroken(need.Candidates[0].Package)!;
        }

        chain.Append(" -> ").Append(need.Dependency).Append(": ").AppendJoin("; ", need.Dependency.Alternatives.Select(WhyNone));
        return new(chain.ToString(), root.Span, "if only maintainer scripts need it, list it under 'ignore:' in the distribution's file");
    }

    private string WhyNone(Relation relation)
    {
        if (relation.Qualifier is not (null or "any" or "native") && relation.Qualifier != index.Architecture)
        {
            return $"packages for {relation.Qualifier} are not in the index";
        }

        if (index.Find(relation.Name) is { } package)
        {
            return $"only {package.Name} {package.Version} is there";
        }

        return index.ProvidersOf(relation.Name) is [var provider, ..]
            ? $"only {provider.Package.Name} provides it, {(provider.Version is null ? "without a version" : $"as version {provider.Version}")}"
            : $"there is no package '{relation.Name}'";
    }
}
