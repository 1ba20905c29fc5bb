using System.Collections.Immutable;
using System.Globalization;
using Buildit.Build.Sandboxing;
using Buildit.Core.Trees;
using Buildit.Store.Files;
using Buildit.Store.Sources;

namespace Buildit.Cli.Instances;

/// <summary>Directories that commands on an image can write to, and that are there when they have ended.</summary>
internal static class ScratchMounts
{
    /// <summary>Makes an empty directory for each path, and for /tmp and /run, below a directory of this machine.</summary>
    public static ImmutableArray<Mount> Make(string scratch, IEnumerable<string> paths)
    {
        var mounts = ImmutableArray.CreateBuilder<Mount>();
        // What is mounted hides what was mounted below it before: the shortest paths come first.
        foreach (var path in paths.Concat(["/tmp", "/run"]).Distinct().Order(StringComparer.Ordinal))
        {
            var host = Path.Combine(scratch, mounts.Count.ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(host);
            mounts.Add(new(host, path, true));
        }

        return mounts.ToImmutable();
    }

    /// <summary>What is in them now, by paths inside, sorted; everything is root's. Links are not followed; sockets and the like are left out.</summary>
    public static ImmutableArray<TreeEntry> Read(IEnumerable<Mount> mounts)
    {
        var entries = new SortedDictionary<string, TreeEntry>(PathOrder.Instance);
        foreach (var mount in mounts)
        {
            Walk(new(mount.Host), mount.Inside.Trim('/'), entries);
        }

        return [.. entries.Values];
    }

    private static void Walk(DirectoryInfo directory, string prefix, SortedDictionary<string, TreeEntry> entries)
    {
        foreach (var item in directory.EnumerateFileSystemInfos())
        {
            var path = $"{prefix}/{item.Name}";
            var kind = item.LinkTarget is not null ? EntryKind.Symlink : item is DirectoryInfo ? EntryKind.Directory : EntryKind.File;
            // Reading a pipe would wait for ever.
            if (kind == EntryKind.File && FileStatus.TypeOf(item.FullName) != FileType.Regular)
            {
                continue;
            }

            // What is mounted there comes later, and counts.
            entries[path] = kind switch
            {
                EntryKind.Symlink => new(path, kind) { Target = item.LinkTarget },
                EntryKind.Directory => new(path, kind) { Mode = (int)item.UnixFileMode },
                _ => OfFile(path, (FileInfo)item),
            };
            if (kind == EntryKind.Directory)
            {
                Walk((DirectoryInfo)item, path, entries);
            }
        }
    }

    private static TreeEntry OfFile(string path, FileInfo file)
    {
        using var stream = file.OpenRead();
        using var hashed = new HashedReadStream(stream);
        hashed.CopyTo(Stream.Null);
        return new(path, EntryKind.File) { Mode = (int)file.UnixFileMode, Size = hashed.Count, Content = hashed.Digest };
    }
}
