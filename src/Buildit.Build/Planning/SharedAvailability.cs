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
    private readonly Dictionary<(RecipeKey Key, BuildKey? Action, Need Need), Record?> _found = [];

    /// <inheritdoc/>
    public Record? Find(Package package, Need need) =>
        Once((package.Key, null, need), () => store.Find(package, need) ?? Now(substitution.LookAsync(package, need, CancellationToken.None)));

    /// <inheritdoc/>
    public bool IsElsewhere(Package package, Need need) => store.Find(package, need) is null;

    /// <inheritdoc/>
    public Record? Find(Package.Built package, BuildKey key, Func<Record, bool> fits, Need need) =>
        Once((package.Key, key, need), () => store.Find(package, key, fits, need) ?? Now(substitution.LookAsync(package, key, fits, need, CancellationToken.None)));

    /// <inheritdoc/>
    public Record? FindImport(Package.Imported package) => store.FindImport(package);

    /// <inheritdoc/>
    public bool WasMade(Package package) => store.WasMade(package);

    /// <inheritdoc/>
    public long? SizeOf(Digest file) => store.SizeOf(file);

    private Record? Once((RecipeKey, BuildKey?, Need) asked, Func<Record?> find)
    {
        if (!_found.TryGetValue(asked, out var record))
        {
            _found[asked] = record = find();
        }

        return record;
    }

    private static T Now<T>(Task<T> asked) => asked.GetAwaiter().GetResult();
}
