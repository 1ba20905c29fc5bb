using System.Collections.Immutable;
using Buildit.Core.Differences;
using Buildit.Core.Graphs;

namespace Buildit.Core.Explanations;

/// <summary>Knows the files of local sources, of which keys have only one digest for all.</summary>
public interface ILocalSources
{
    /// <summary>What changed since a source had this digest; empty if that is not known any more.</summary>
    ImmutableArray<FileChange> ChangesSince(ResolvedSource source, Digest before);
}
