using System.Collections.Immutable;
using Buildit.Build.Sandboxing;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Build.Engine;

/// <summary>A build or test that failed, with all that its sandbox saw: whoever looks into it can run something else in its place.</summary>
/// <param name="Package">What was to be built.</param>
/// <param name="Parts">What the root is made of.</param>
/// <param name="Request">What was run.</param>
/// <param name="Failure">How it ended, in words.</param>
public sealed record FailedAction(Package.Built Package, ImmutableArray<RootPart> Parts, SandboxRequest Request, BuilditException Failure);

/// <summary>Looks into actions that failed, while all that they saw and did is still there.</summary>
public interface IFailureViewer
{
    /// <summary>Called before an action runs: what will be needed to look into it is got now, since a failure may be hours away.</summary>
    Task PrepareAsync(CancellationToken cancel);

    /// <summary>Looks into one; called from many threads.</summary>
    Task LookAsync(FailedAction failed, CancellationToken cancel);
}
