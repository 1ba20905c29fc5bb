using System.Collections.Concurrent;
using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Build.Engine;

/// <summary>
/// Tells packages that failed by themselves from those that only could not be made because of them. A failure goes through everything that depends on it
/// with its diagnostics unchanged, so whoever tells one first is its cause.
/// </summary>
internal sealed class RootCauses(Action<BuildEvent> report)
{
    private readonly ConcurrentDictionary<Diagnostic, Package> _causes = new(ReferenceEqualityComparer.Instance);

    /// <summary>Takes a failure as it leaves a package, before anything that depends on the package sees it.</summary>
    public void Tell(Package package, BuilditException failure)
    {
        var own = failure.Diagnostics.Where(d => _causes.TryAdd(d, package)).ToArray();
        if (own.Length > 0)
        {
            report(new BuildEvent.Failed(package, failure));
            return;
        }

        ImmutableArray<Package> because = [.. failure.Diagnostics.Select(d => _causes[d]).Distinct().OrderBy(p => p.DisplayName, StringComparer.Ordinal)];
        report(new BuildEvent.Skipped(package, because));
    }
}
