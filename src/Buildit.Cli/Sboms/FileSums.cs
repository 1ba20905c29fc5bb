using System.Collections.Immutable;
using System.Security.Cryptography;
using Buildit.Core.Sboms;
using Buildit.Core.Trees;
using Buildit.Images.Composition;

namespace Buildit.Cli.Sboms;

/// <summary>Digests of files that other tools ask for besides ours.</summary>
internal static class FileSums
{
    /// <summary>The regular files among these entries of a root, each with its SHA-1. Another name of a file counts as a file.</summary>
    public static ImmutableArray<SbomFile> Of(IEnumerable<RootEntry> entries, Func<string, RootEntry?> find)
    {
        var files = Regular(entries, find).ToArray();
        return Of([.. files.Select(f => (f.Path, f.File.Entry, f.File.Open))]);
    }

    /// <summary>The same for the files of an output.</summary>
    public static ImmutableArray<SbomFile> Of(Store.Trees.StoredTree tree)
    {
        var byPath = tree.Tree.Entries.ToDictionary(e => e.Path, StringComparer.Ordinal);
        return Of([.. tree.Tree.Entries.Where(e => e.Kind is EntryKind.File or EntryKind.HardLink).Select(e => (e.Path, File: e.Kind == EntryKind.File ? e : byPath[e.Target!]))
            .Select(f => (f.Path, f.File, (Func<Stream>)(() => tree.Open(f.File))))]);
    }

    /// <summary>MD5 of the regular files among these entries, as dpkg keeps it.</summary>
    public static IEnumerable<(string Path, string Md5)> Md5Of(IEnumerable<RootEntry> entries, Func<string, RootEntry?> find)
    {
        foreach (var (path, file) in Regular(entries, find))
        {
            using var stream = file.Open();
#pragma warning disable CA5351 // It is what dpkg's lists hold; nothing relies on it.
            yield return (path, Convert.ToHexStringLower(MD5.HashData(stream)));
#pragma warning restore CA5351
        }
    }

    private static IEnumerable<(string Path, RootEntry File)> Regular(IEnumerable<RootEntry> entries, Func<string, RootEntry?> find) => entries
        .Select(e => (e.Entry.Path, File: e.Entry.Kind == EntryKind.HardLink ? find(e.Entry.Target!) : e))
        .Where(e => e.File?.Entry.Kind == EntryKind.File)
        .Select(e => (e.Path, e.File!));

    private static ImmutableArray<SbomFile> Of((string Path, TreeEntry File, Func<Stream> Open)[] files)
    {
        var sums = new SbomFile[files.Length];
        Parallel.For(0, files.Length, i =>
        {
            var (path, file, open) = files[i];
            using var stream = open();
#pragma warning disable CA5350 // SPDX asks for it of every file; the SHA-256 beside it is what counts.
            sums[i] = new(path, file.Size, file.Content, Convert.ToHexStringLower(SHA1.HashData(stream)));
#pragma warning restore CA5350
        });
        return [.. sums];
    }
}
