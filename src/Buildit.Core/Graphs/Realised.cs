using Buildit.Core.Records;

namespace Buildit.Core.Graphs;

/// <summary>A package that is known by its record, and of whose outputs those that were asked for are in the store.</summary>
public sealed record Realised(Package Package, Record Record)
{
    /// <summary>The diffIDs of the outputs of these names, as far as the package has them.</summary>
    public IEnumerable<Digest> DiffIds(params string[] outputs) => outputs.Where(Record.Outputs.ContainsKey).Select(o => Record.Outputs[o]);
}
