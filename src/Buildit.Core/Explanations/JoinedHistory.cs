namespace Buildit.Core.Explanations;

/// <summary>What several places remember; the first that knows something counts.</summary>
public sealed class JoinedHistory(IReadOnlyCollection<IHistory> places) : IHistory
{
    /// <inheritdoc/>
    public IReadOnlyList<PastRecord> Of(string package) => [.. places.SelectMany(p => p.Of(package)).DistinctBy(p => p.Record.RecipeKey)];

    /// <inheritdoc/>
    public string? Preimage(Digest recipeKey) => places.Select(p => p.Preimage(recipeKey)).FirstOrDefault(p => p is not null);
}
