using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Differences;
using Buildit.Core.Explanations;
using Buildit.Core.Graphs;
using Buildit.Core.Recipes;
using Buildit.Store;
using Buildit.Store.Archives;
using Buildit.Store.Sources;

namespace Buildit.Build.Workspaces;

/// <summary>Local sources as they are on disk, and as the store keeps them: as the canonical tars that were built from.</summary>
public sealed class LocalSources(ContentStore store, SourceArchive archive) : ILocalSources
{
    private readonly TarListing _listing = new(store.Scratch);

    /// <inheritdoc/>
    public ImmutableArray<FileChange> ChangesSince(ResolvedSource source, Digest before)
    {
        if (source.Origin is not Source.Local local || store.VerifiedBlobPath(before) is not { } old)
        {
            return [];
        }

        try
        {
            using var now = new FileStream(Path.Combine(store.Scratch, "source-" + Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
            archive.FromLocal(SourceInputs.Of(local, Path.GetFullPath(Path.Combine(source.Directory, local.Path))), now, CancellationToken.None);
            now.Position = 0;
            return FileDiff.Between(List(File.OpenRead(old)), List(now));
        }
        catch (BuilditException)
        {
            // It changed while it was read, or cannot be read any more: whoever builds it will hear of that.
            return [];
        }
    }

    private IEnumerable<Core.Trees.TreeEntry> List(Stream tar) => _listing.Read(tar, "source", static _ => false, CancellationToken.None).Select(f => f.Entry);
}
