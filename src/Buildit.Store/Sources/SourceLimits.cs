namespace Buildit.Store.Sources;

/// <summary>What an archive may unpack to; more is taken for a decompression bomb.</summary>
public sealed record SourceLimits
{
    /// <summary>Bytes of all its files.</summary>
    public long Bytes { get; init; } = 20L << 30;

    /// <summary>Entries, of whatever kind.</summary>
    public int Entries { get; init; } = 1_000_000;
}
