using System.Collections.Immutable;
using Buildit.Build.Sandboxing;
using Buildit.Core.Graphs;
using Buildit.Store;

namespace Buildit.Build.Engine;

/// <summary>The outputs of realised packages as trees of the store.</summary>
public static class RealisedParts
{
    /// <summary>Reads the trees of the outputs of these names, as far as the package has them.</summary>
    public static ImmutableArray<RootPart> Parts(this Realised realised, ContentStore store, params string[] outputs)
    {
        var (package, record) = realised;
        return [.. outputs.Where(record.Outputs.ContainsKey).Select(o => new RootPart(package.Name, o, store.FindTree(record.Outputs[o]) ?? throw new IOException($"the tree of '{package.DisplayName}' vanished from the store")))];
    }
}
