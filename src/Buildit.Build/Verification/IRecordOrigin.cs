using Buildit.Core;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Store.Trees;

namespace Buildit.Build.Verification;

/// <summary>A place that finds records by recipe key: what it says is compared, never used.</summary>
public interface IRecordOrigin
{
    /// <summary>Its name, for people.</summary>
    string Name { get; }

    /// <summary>The record of a key as this place has it.</summary>
    Task<OriginRecord> FindAsync(RecipeKey key, CancellationToken cancel);

    /// <summary>An output's files, verified; null if the place does not have them unpacked.</summary>
    StoredTree? FindTree(Digest diffId);
}

/// <summary>What a place says for a key: a record, nothing, or something that is no record of this key, with the reason.</summary>
public sealed record OriginRecord(Record? Record, string? Trouble = null)
{
    /// <summary>It has none.</summary>
    public static OriginRecord None { get; } = new(Record: null);

    /// <summary>Reads an envelope; what it holds must be about the key that was asked for.</summary>
    public static OriginRecord Of(byte[] envelope, RecipeKey key) => RecordFormat.Read(envelope) switch
    {
        null => new(null, "what is there is no record"),
        var record when record.RecipeKey != key => new(null, $"the record there is about another key, {record.RecipeKey.Uuid}"),
        var record => new(record),
    };
}
