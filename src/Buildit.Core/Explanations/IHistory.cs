using Buildit.Core.Records;

namespace Buildit.Core.Explanations;

/// <summary>What was built before, as far as it is remembered.</summary>
public interface IHistory
{
    /// <summary>Records of packages of this name, the newest first.</summary>
    IReadOnlyList<PastRecord> Of(string package);

    /// <summary>The preimage of a recipe key; null if nobody kept it.</summary>
    string? Preimage(Digest recipeKey);
}

/// <summary>A record and the preimage of its recipe key.</summary>
public sealed record PastRecord(Record Record, string Preimage);
