using Buildit.Core.Records;

namespace Buildit.Core.Graphs;

/// <summary>A package that is known by its record, and of whose outputs those that were asked for are in the store.</summary>
public sealed record Realised(Package Package, Record Record);
