using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Core.Locks;
using Buildit.Core.Recipes;

namespace Buildit.Core.Graphs;

/// <summary>Resolves the files that a recipe names to digests: sources, patches, helper files, placed files.</summary>
public sealed class RecipeFiles(IWorkspace workspace, ILookups lookups, DiagnosticBag bag)
{
    /// <summary>Sources; a local one is hashed, any other has its digest from the recipe or a lock.</summary>
    public ImmutableArray<ResolvedSource> Sources(ImmutableArray<Source> sources, string directory) => [.. sources.Select(s => Resolve(s, directory))];

    /// <summary>Patches; a local one must be there.</summary>
    public ImmutableArray<ResolvedPatch> Patches(ImmutableArray<(Patch Patch, string Directory)> patches) => [.. patches.Select(p => Resolve(p.Patch, p.Directory))];

    /// <summary>Everything under <c>files/</c> of these directories; where two have one path, the later one wins.</summary>
    public ImmutableArray<ResolvedFile> Helpers(ImmutableArray<string> directories)
    {
        var byPath = new SortedDictionary<string, ResolvedFile>(StringComparer.Ordinal);
        foreach (var directory in directories.Select(d => workspace.Combine(d, "files")))
        {
            foreach (var path in workspace.List(directory))
            {
                var local = workspace.Combine(directory, path);
                if (workspace.Hash(local) is var (digest, executable))
                {
                    byPath[path] = new(path, digest, executable, local);
                }
                else
                {
                    bag.Error(null, $"'{local}' cannot be read", "is it a link to something that is not there?");
                }
            }
        }

        return [.. byPath.Values];
    }

    /// <summary>Files that are put into the package as they are.</summary>
    public ImmutableArray<ResolvedFile> Placed(ImmutableArray<PlacedFile> files, string directory) => [.. files.Select(f => Placed(f, directory)).OfType<ResolvedFile>()];

    private ResolvedFile? Placed(PlacedFile file, string directory)
    {
        var local = workspace.Combine(directory, file.Source);
        if (workspace.Hash(local) is not var (digest, executable))
        {
            bag.Error(file.Span, $"there is no file '{file.Source}'", $"it is looked for in '{directory}'");
            return null;
        }

        return new(file.Path, digest, executable, local);
    }

    private ResolvedSource Resolve(Source source, string directory)
    {
        var name = source.Name ?? "";
        switch (source)
        {
            case Source.Remote remote:
                return new(name, remote.Sha256 ?? default, remote, remote.Url[(remote.Url.LastIndexOfAny(['/', ':']) + 1)..], directory);
            case Source.Local local:
                var path = workspace.Combine(directory, local.Path);
                var digest = workspace.HashSource(local, path);
                if (digest is null)
                {
                    bag.Error(local.Span, $"there is no '{local.Path}'", $"it is looked for in '{directory}'");
                }

                return new(name, digest ?? default, local, TreeName(local.Path), directory);
            case Source.Git git:
                var pin = git.Sha256 is { } declared ? new(declared, git.Origin.Revision.Name) : Find(Lookup.Of(source), directory, git.Span);
                return new(name, pin?.Digest ?? default, git, GitAddress.Name(git.Origin.Url), directory) { Commit = pin?.Commit };
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // What no lock has yet is empty here; whoever reads the graph asks what is missing before anything of it is used.
    private Pin? Find(Lookup? lookup, string directory, SourceSpan span) => lookup is null ? null : lookups.Find(lookup, directory, span);

    private static readonly Digest Nothing = Digest.Of(ReadOnlySpan<byte>.Empty);

    private ResolvedPatch Resolve(Patch patch, string directory)
    {
        var name = TreeName(patch.Location);
        if (patch.IsRemote)
        {
            return new(name, patch.Sha256 ?? Find(Lookup.Of(patch), directory, patch.Span)?.Digest ?? default, patch.Strip, null, patch);
        }

        var local = workspace.Combine(directory, patch.Location);
        var hashed = workspace.Hash(local);
        if (hashed is null)
        {
            bag.Error(patch.Span, $"there is no patch '{patch.Location}'", $"it is looked for in '{directory}'");
        }
        else if (hashed.Value.Digest == Nothing)
        {
            bag.Error(patch.Span, $"patch '{patch.Location}' is empty", "it would change nothing: write it again, or take it out of the recipe");
        }
        else if (patch.Sha256 is { } wanted && wanted != hashed.Value.Digest)
        {
            bag.Error(patch.Span, $"patch '{patch.Location}' is not what its sha256 says", $"the file's is {hashed.Value.Digest.Hex}");
        }

        return new(name, hashed?.Digest ?? default, patch.Strip, local, patch);
    }

    private static string TreeName(string path) => path.TrimEnd('/') is var p ? p[(p.LastIndexOf('/') + 1)..] : path;
}
