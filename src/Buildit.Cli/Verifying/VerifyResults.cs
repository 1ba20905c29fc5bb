using Buildit.Build.Verification;
using Buildit.Core;

namespace Buildit.Cli.Verifying;

/// <summary>How making an image again ended.</summary>
/// <param name="Name">Container and format.</param>
/// <param name="Expected">Digest as it was written before; null if it never was.</param>
/// <param name="Actual">Digest as it is made now.</param>
/// <param name="Places">Where the files differ, as far as the older one is there.</param>
internal sealed record ImageVerdict(string Name, Digest? Expected, Digest Actual, IReadOnlyList<ContentDifference> Places)
{
    public bool IsIdentical => Expected == Actual;
}

/// <summary>All that a run found out, in order.</summary>
internal sealed class VerifyResults
{
    public List<Verdict> Packages { get; } = [];

    public List<ImageVerdict> Images { get; } = [];

    public List<Comparison> Comparisons { get; } = [];

    /// <summary>The smallest code of anything that is not as it should be.</summary>
    public ExitCode ExitCode => Codes().Where(c => c != ExitCode.Ok).DefaultIfEmpty(ExitCode.Ok).Min();

    private IEnumerable<ExitCode> Codes() =>
    [
        .. Packages.Select(p => p.Outcome switch { Outcome.Identical => ExitCode.Ok, Outcome.Fails => ExitCode.Failed, _ => ExitCode.NotReproducible }),
        .. Images.Select(i => i.IsIdentical ? ExitCode.Ok : ExitCode.NotReproducible),
        .. Comparisons.Where(c => c.Agreement == Agreement.Differs).Select(_ => ExitCode.NotReproducible),
        // Whoever asks whether places agree must not be told so by a comparison that never took place.
        Comparisons.Count > 0 && Comparisons.TrueForAll(c => c.Agreement == Agreement.Inconclusive) ? ExitCode.Missing : ExitCode.Ok,
    ];
}
