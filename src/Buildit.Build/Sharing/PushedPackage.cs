using Buildit.Core.Graphs;
using Buildit.Core.Records;

namespace Buildit.Build.Sharing;

/// <summary>A package that is at the binhost now.</summary>
/// <param name="Package">What it is.</param>
/// <param name="Envelope">Its record there.</param>
/// <param name="IsNew">Whether this push wrote the record.</param>
public sealed record PushedPackage(Realised Package, Envelope Envelope, bool IsNew);
