using System.Collections.Immutable;
using Buildit.Core.Verification;

namespace Buildit.Build.Verification;

/// <summary>Where and how two files differ.</summary>
/// <param name="Within">Members on the way to the place, from the outside in, where files are archives; empty for the file itself.</param>
/// <param name="Offset">First byte that differs, in the innermost member.</param>
public sealed record ContentDifference(ImmutableArray<string> Within, long Offset)
{
    /// <summary>For an ELF file: all its sections that differ.</summary>
    public ImmutableArray<string> Sections { get; init; } = [];

    /// <summary>For a text: lines of a unified diff.</summary>
    public ImmutableArray<string> Diff { get; init; } = [];

    /// <summary>What else can be said, for example that only the time in a header differs.</summary>
    public string? Note { get; init; }

    /// <summary>The readable text at the place, on both sides.</summary>
    public Snippet? Snippet { get; init; }

    /// <summary>The kind of cause where the format itself tells it.</summary>
    public CauseKind? Kind { get; init; }
}
