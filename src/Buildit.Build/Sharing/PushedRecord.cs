using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Store.Binhosts;

namespace Buildit.Build.Sharing;

/// <summary>What is to be pushed of a package.</summary>
/// <param name="Package">The package.</param>
/// <param name="Key">That its record has.</param>
/// <param name="Envelope">Its record, with the forms of its outputs.</param>
/// <param name="Rows">Its rows of the catalog.</param>
/// <param name="Blobs">What its record is of no use without, and what was asked for besides.</param>
/// <param name="Log">Which of them is the log of its build, if it is pushed.</param>
internal sealed record PushedRecord(Realised Package, Digest Key, Envelope Envelope, ImmutableArray<CatalogRow> Rows, ImmutableArray<PushedBlob> Blobs, Digest? Log)
{
    /// <summary>For people.</summary>
    public string Subject => Package.Package.DisplayName;
}
