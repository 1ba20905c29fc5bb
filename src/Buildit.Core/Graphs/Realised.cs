using Buildit.Core.Records;

namespace Buildit.Core.Graphs;

/// <summary>A package whose outputs are there, and the record that names them.</summary>
public sealed record Realised(Package Package, Record Record);
