using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;
using Buildit.Core.Trees;
using Buildit.Store;
using Buildit.Store.Native;
using Buildit.Store.Trees;

namespace Buildit.Build.Sandboxing;

/// <summary>A package output that becomes part of a root.</summary>
public sealed record RootPart(string Package, string Output, StoredTree Tree);

/// <summary>
/// Composes the file system of a sandbox out of package outputs, by hard links from the store's read-only trees, and keeps it by the digest of what is in it.
/// Two packages with one path and different content are an error, never a matter of order.
/// </summary>
public sealed class RootComposer(ContentStore store)
{
    private static readonly ImmutableArray<string> MountPoints = ["build", "out", "src", "proc", "dev", "tmp", "etc", "usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "root", "run", "var/tmp", "home"];
    private static readonly ImmutableArray<(string Path, string Target)> MergeLinks = [("bin", "usr/bin"), ("sbin", "usr/sbin"), ("lib", "usr/lib"), ("lib64", "usr/lib64")];

    // Part of the sandbox profile (FormatVersions.SandboxProfile): the names that a build sees are the same everywhere.
    private static readonly ImmutableArray<(string Path, string Text)> BaseFiles =
    [
        ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nbuildit:x:1000:1000:buildit:/build/home:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"),
        ("etc/group", "root:x:0:\nbuildit:x:1000:\nnogroup:x:65534:\n"),
        ("etc/hosts", "127.0.0.1 localhost buildit\n"),
        ("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
    ];

    /// <summary>The directory of a root with these parts, composed now if it is not there yet.</summary>
    public async Task<string> ComposeAsync(IReadOnlyCollection<RootPart> parts, CancellationToken cancel)
    {
        var root = Path.Combine(store.Paths.Roots, BuildKeys.OfRoot(parts.Select(p => p.Tree.DiffId)).Hex);
        if (Directory.Exists(root))
        {
            return root;
        }

        var temp = await ComposeOnceAsync(parts, cancel);
        await store.SyncAsync();
        try
        {
            Directory.Move(temp, root);
        }
        catch (IOException) when (Directory.Exists(root))
        {
            WorkDirectory.Delete(temp);
        }

        return root;
    }

    /// <summary>A root for one use, in the work directory; the caller deletes it.</summary>
    public async Task<string> ComposeOnceAsync(IReadOnlyCollection<RootPart> parts, CancellationToken cancel)
    {
        var root = store.NewWorkPath("root");
        try
        {
            await Task.Run(() => Fill(root, [.. parts.OrderBy(p => p.Package, StringComparer.Ordinal).ThenBy(p => p.Output, StringComparer.Ordinal)]), cancel);
        }
        catch
        {
            WorkDirectory.Delete(root);
            throw;
        }

        return root;
    }

    private static void Fill(string root, ImmutableArray<RootPart> parts)
    {
        // All conflicts are found before anything is placed: nothing is ever written through a link that another package brings.
        var placed = Merge(parts);
        foreach (var directory in MountPoints)
        {
            Directory.CreateDirectory(Path.Combine(root, directory));
        }

        foreach (var (path, target) in MergeLinks)
        {
            File.CreateSymbolicLink(Path.Combine(root, path), target);
        }

        foreach (var (path, (part, entry)) in placed)
        {
            Place(Path.Combine(root, path), part, entry);
        }

        foreach (var (path, text) in BaseFiles.Where(f => !placed.ContainsKey(f.Path)))
        {
            File.WriteAllText(Path.Combine(root, path), text);
        }
    }

    /// <summary>What is at each path of the root, parents before what is in them.</summary>
    private static SortedDictionary<string, (RootPart Part, TreeEntry Entry)> Merge(ImmutableArray<RootPart> parts)
    {
        var placed = new SortedDictionary<string, (RootPart Part, TreeEntry Entry)>(PathOrder.Instance);
        var conflicts = new DiagnosticBag();
        foreach (var (part, entry) in parts.SelectMany(p => p.Tree.Tree.Entries.Select(e => (p, e))).Where(x => !IsMergeLink(x.e)))
        {
            var path = Fold(entry.Path);
            if (entry.Kind != EntryKind.Directory && MountPoints.Any(m => m == path || m.StartsWith(path + "/", StringComparison.Ordinal)))
            {
                conflicts.Add(new($"'{part.Package}' has '/{path}' as something else than a directory, which every root has there") { Code = ExitCode.Failed });
            }
            else if (!placed.TryAdd(path, (part, entry)) && !Same(placed[path], (part, entry)))
            {
                conflicts.Add(Conflict(path, placed[path].Part, part));
            }
        }

        conflicts.ThrowIfErrors();
        return placed;
    }

    private static void Place(string path, RootPart part, TreeEntry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.Directory:
                Directory.CreateDirectory(path);
                break;
            case EntryKind.Symlink:
                File.CreateSymbolicLink(path, Fold(entry.Path) == entry.Path ? entry.Target! : UsrMerge.FoldTarget(entry.Path, entry.Target!));
                break;
            default:
                HardLink.Create(Path.Combine(part.Tree.Directory, entry.Path), path);
                break;
        }
    }

    // The four links of a root, and no more of them: a folded path must be reachable by its old name.
    private static string Fold(string path) => MergeLinks.Any(l => path == l.Path || path.StartsWith(l.Path + "/", StringComparison.Ordinal)) ? "usr/" + path : path;

    private static bool IsMergeLink(TreeEntry entry) => entry.Kind == EntryKind.Symlink && MergeLinks.Any(l => l.Path == entry.Path) && UsrMerge.IsMergeLink(entry.Path, entry.Target!);

    /// <summary>Directories meet without harm; files if their content is the same, links if they say the same.</summary>
    private static bool Same((RootPart Part, TreeEntry Entry) a, (RootPart Part, TreeEntry Entry) b) => (a.Entry.Kind, b.Entry.Kind) switch
    {
        (EntryKind.Directory, EntryKind.Directory) => true,
        (EntryKind.Symlink, EntryKind.Symlink) => a.Entry.Target == b.Entry.Target,
        (EntryKind.File or EntryKind.HardLink, EntryKind.File or EntryKind.HardLink) => ContentOf(a) == ContentOf(b),
        _ => false,
    };

    private static Digest ContentOf((RootPart Part, TreeEntry Entry) x) =>
        x.Entry.Kind == EntryKind.File ? x.Entry.Content : x.Part.Tree.Tree.Entries.First(e => e.Path == x.Entry.Target).Content;

    private static Diagnostic Conflict(string path, RootPart a, RootPart b) => new(
        string.Create(CultureInfo.InvariantCulture, $"'{a.Package}' and '{b.Package}' both have '/{path}', with different content"),
        Hint: $"leave one of them out, or say 'replaces: [{a.Package}]' in the recipe of the one that is to stand for both")
    {
        Code = ExitCode.Failed,
    };
}
