using Buildit.Build.Engine;
using Buildit.Core;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Planning;
using Buildit.Core.Records;

namespace Buildit.Build.Planning;

/// <summary>What a store has, and besides what binhosts could give.</summary>
/// <param name="store">What the store has.</param>
/// <param name="substitution">Looks into the binhosts.</param>
public sealed class SharedAvailability(IAvailability store, Substitution substitution) : IAvailability
{
    private readonly Dictionary<(RecipeKey Key, Need Need), Record?> _found = [];

    /// <inheritdoc/>
    public Record? Find(Package package, Need need)
    {
        if (!_found.TryGetValue((package.Key, need), out var record))
        {
            _found[(package.Key, need)] = record = store.Find(package, need) ?? Now(substitution.LookAsync(package, need, CancellationToken.None));
        }

        return record;
    }

    /// <inheritdoc/>
    public bool IsElsewhere(Package package, Need need) => store.Find(package, need) is null;

    /// <inheritdoc/>
    public Record? Find(BuildKey key, Need need) => store.Find(key, need) ?? Now(substitution.LookAsync(key, need, CancellationToken.None));

    /// <inheritdoc/>
    public bool WasMade(Package package) => store.WasMade(package);

    /// <inheritdoc/>
    public long? SizeOf(Digest file) => store.SizeOf(file);

    private static T Now<T>(Task<T> asked) => asked.GetAwaiter().GetResult();
}
