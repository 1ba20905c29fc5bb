using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Core.Verification;

namespace Buildit.Build.Verification;

/// <summary>How a verification ended.</summary>
public enum Outcome
{
    /// <summary>Making it again gave the same bytes.</summary>
    Identical,

    /// <summary>It gave other bytes.</summary>
    Differs,

    /// <summary>It fails, but only when what surrounds it is varied.</summary>
    FailsVaried,

    /// <summary>It cannot be made again at all.</summary>
    Fails,
}

/// <summary>Why something differs.</summary>
/// <param name="Kind">What got into it.</param>
/// <param name="Blamed">The variations that make the difference, alone, or only together where there are several; none if the kind is a guess from the bytes.</param>
public sealed record FoundCause(CauseKind Kind, ImmutableArray<Variation> Blamed);

/// <summary>What making a package again gave, against its record.</summary>
public sealed record Verdict(Package Package, Record Record, Outcome Outcome)
{
    /// <summary>How often it was made again.</summary>
    public int Builds { get; init; } = 1;

    /// <summary>What was varied.</summary>
    public ImmutableArray<Variation> Varied { get; init; } = [];

    /// <summary>All outputs that differ.</summary>
    public ImmutableArray<OutputDifference> Differences { get; init; } = [];

    /// <summary>Why, as far as it was found out.</summary>
    public ImmutableArray<FoundCause> Causes { get; init; } = [];

    /// <summary>What else a person should know.</summary>
    public string? Remark { get; init; }

    /// <summary>What diffoscope says, by output.</summary>
    public ImmutableSortedDictionary<string, string> Reports { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Where what was made differently is kept.</summary>
    public string? Kept { get; init; }

    /// <summary>Why it fails.</summary>
    public BuilditException? Failure { get; init; }
}
