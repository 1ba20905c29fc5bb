using System.Collections.Immutable;
using Buildit.Build.Sandboxing;
using Buildit.Core;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Store;

namespace Buildit.Build.Engine;

/// <summary>A package that is known by its record, and of whose outputs those that were asked for are in the store.</summary>
public sealed record Realised(Package Package, Record Record)
{
    /// <summary>The diffIDs of the outputs of these names, as far as the package has them.</summary>
    public IEnumerable<Digest> DiffIds(params string[] outputs) => outputs.Where(Record.Outputs.ContainsKey).Select(o => Record.Outputs[o]);

    /// <summary>Reads the trees of the outputs of these names, as far as the package has them.</summary>
    public ImmutableArray<RootPart> Parts(ContentStore store, params string[] outputs) =>
        [.. outputs.Where(Record.Outputs.ContainsKey).Select(o => new RootPart(Package.Name, o, store.FindTree(Record.Outputs[o]) ?? throw new IOException($"the tree of '{Package.DisplayName}' vanished from the store")))];
}
