using System.Collections.Immutable;
using Buildit.Cli.Planning;
using Buildit.Core.Explanations;
using Buildit.Core.Planning;

namespace Buildit.Cli.Explaining;

/// <summary>What is done for a package that is not simply taken from the store, and why.</summary>
internal sealed record PackageReason(PlanStep Step, Explanation Why)
{
    /// <summary>Whether it may turn out that nothing is to be built: only what it is made from changed, and that may come out as it was.</summary>
    public bool MayBeCutOff => Why.Follows && Step is PlanStep.Build { MayBeCutOff: true };
}

/// <summary>What is done for an image, and why.</summary>
/// <param name="Image">The image.</param>
/// <param name="IsFirst">Whether none of this container and format was composed before.</param>
/// <param name="Causes">What changed since the last one; while a package must be built first, what the container declares itself.</param>
internal sealed record ImageReason(PlannedImage Image, bool IsFirst, ImmutableArray<Cause> Causes);

/// <summary>All that a build of a target would do, and why.</summary>
internal sealed record TargetExplanation(TargetPlan Plan, ImmutableArray<PackageReason> Packages, ImmutableArray<ImageReason> Images);
