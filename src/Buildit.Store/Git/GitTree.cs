using System.Collections.Immutable;
using System.Text;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Store.Sources;

namespace Buildit.Store.Git;

/// <summary>A commit, or the commit of a submodule, with all its paths; <paramref name="Prefix"/> is empty or ends with a slash.</summary>
internal sealed record GitPart(GitRepository Repository, string Commit, string Prefix, ImmutableArray<GitEntry> Entries);

/// <summary>Commits as entries of an archive: exactly the bytes, execute bits and links that were committed, all of one time.</summary>
internal sealed class GitTree(GitRequest request, long time)
{
    private const int MaxTarget = 4096;

    // Pointers are shorter than this (git-lfs, docs/spec.md).
    private const int MaxPointer = 1024;
    private const string Submodule = "160000";
    private const string Symlink = "120000";

    /// <summary>Whether a path is the commit of another repository.</summary>
    public static bool IsSubmodule(GitEntry entry) => entry.Mode == Submodule;

    /// <summary>The entries; each file's content must be read before the next entry is asked for.</summary>
    public IEnumerable<ArchiveEntry> Read(IEnumerable<GitPart> parts, CancellationToken cancel) => parts.SelectMany(p => Read(p, cancel));

    private IEnumerable<ArchiveEntry> Read(GitPart part, CancellationToken cancel)
    {
        using var objects = new GitObjects(part.Repository.Directory, cancel);
        foreach (var entry in part.Entries)
        {
            cancel.ThrowIfCancellationRequested();
            var name = part.Prefix + entry.Path;
            if (entry.Path.Split('/').Any(p => p.Equals(".git", StringComparison.OrdinalIgnoreCase)))
            {
                throw RefusedException.Entry(name, "is in a '.git' directory, which is git's own");
            }

            yield return IsSubmodule(entry) ? new(name, EntryKind.Directory, true, time) : ToEntry(name, entry, objects);
        }
    }

    private ArchiveEntry ToEntry(string name, GitEntry entry, GitObjects objects)
    {
        var (size, content) = objects.Open(entry.Id);
        if (entry.Mode == Symlink)
        {
            return new(name, EntryKind.Symlink, true, time, Encoding.UTF8.GetString(ReadSmall(size <= MaxTarget ? size : throw RefusedException.Entry(name, "is a symbolic link with an overlong target"), content)));
        }

        if (size <= MaxPointer && request.Origin.Lfs)
        {
            var bytes = ReadSmall(size, content);
            content = new MemoryStream(IsPointer(bytes) ? throw PointerFound(name) : bytes);
        }

        return new(name, EntryKind.File, entry.Mode == "100755", time, Content: content);
    }

    private static byte[] ReadSmall(long size, Stream content)
    {
        var bytes = new byte[size];
        content.ReadExactly(bytes);
        return bytes;
    }

    private static bool IsPointer(ReadOnlySpan<byte> bytes) => bytes.StartsWith("version https://git-lfs.github.com/spec/"u8) && bytes.IndexOf("\noid sha256:"u8) >= 0;

    private BuilditException PointerFound(string name) => new(
        ExitCode.InvalidInput,
        $"'{name}' of '{request.Name}' is a Git LFS pointer: the file itself is not in the repository, and buildit does not fetch what LFS keeps elsewhere",
        "declare the file as a source of its own, by 'url'; or write 'lfs: false' to take pointers as they are",
        request.Span);
}
