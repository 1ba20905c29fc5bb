using System.Collections.Immutable;
using Buildit.Build.Engine;

namespace Buildit.Cli.Verifying;

/// <summary>What the command was told.</summary>
internal sealed record VerifyRequest
{
    public required string Start { get; init; }

    public required IReadOnlyList<string> Targets { get; init; }

    public required bool Vary { get; init; }

    public required bool All { get; init; }

    /// <summary>Places as they were written, and as absolute paths.</summary>
    public required ImmutableArray<(string Written, string Path)> Against { get; init; }

    public required int? Jobs { get; init; }

    public required EngineOptions Engine { get; init; }

    public required bool IsJson { get; init; }
}
