using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Verification;
using Buildit.Store;
using Buildit.Store.Trees;

namespace Buildit.Build.Verification;

/// <summary>A package that was made once more, beside the store.</summary>
/// <param name="Directory">Where all of it lies.</param>
/// <param name="Facts">What the build saw.</param>
public sealed record Attempt(string Directory, BuildFacts Facts)
{
    /// <summary>What it gave, by output; null if it failed.</summary>
    public ImmutableSortedDictionary<string, StoredTree>? Outputs { get; init; }

    /// <summary>Why it failed, if it did.</summary>
    public BuilditException? Failure { get; init; }

    /// <summary>Whether it gave what another one gave.</summary>
    public bool Gives(ImmutableSortedDictionary<string, StoredTree>? others) =>
        Outputs is not null && others is not null && Outputs.Select(o => (o.Key, o.Value.DiffId)).SequenceEqual(others.Select(o => (o.Key, o.Value.DiffId)));

    /// <summary>Deletes what it left.</summary>
    public void Delete() => WorkDirectory.TryDelete(Directory);
}
