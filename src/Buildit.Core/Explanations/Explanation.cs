using System.Collections.Immutable;
using Buildit.Core.Graphs;

namespace Buildit.Core.Explanations;

/// <summary>Why a package's key is in no record: compared with the nearest record of a package of its name.</summary>
/// <param name="Package">The package.</param>
/// <param name="Nearest">The record that it was compared with; null if there is none: it was never built here.</param>
/// <param name="Causes">Root causes: declared inputs that changed, its own first, then those of packages that it is made from.</param>
public sealed record Explanation(Package Package, PastRecord? Nearest, ImmutableArray<Cause> Causes)
{
    /// <summary>Whether no package of this name was ever built here.</summary>
    public bool IsFirst => Nearest is null;

    /// <summary>Whether there is a record of this very key, but what it names is gone.</summary>
    public bool IsLost => Nearest is not null && Causes.IsEmpty;

    /// <summary>What is declared by the package itself.</summary>
    public IEnumerable<Cause> Own => Causes.Where(c => c.Package == Package.Name);

    /// <summary>Whether nothing of its own changed: it is made again because of others, and may be cut off if they give what they gave before.</summary>
    public bool Follows => !Causes.IsEmpty && !Own.Any();
}
