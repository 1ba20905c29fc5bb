using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Buildit.Core.Graphs;
using Buildit.Store.Sources;

namespace Buildit.Build.Workspaces;

/// <summary>Stamps of paths, each taken once in a process: before the path is first read, so that what is read later can only be newer.</summary>
internal sealed class FileStamps(TimeProvider clock)
{
    // File systems keep times in steps; what changed within the last one may change again without any sign.
    private static readonly TimeSpan Doubtful = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, FileStamp?> _known = new(StringComparer.Ordinal);

    /// <summary>The stamp of a file or directory; null if it cannot be relied on.</summary>
    public FileStamp? Of(string path) => _known.GetOrAdd(path, Take);

    private FileStamp? Take(string path)
    {
        var now = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch - Doubtful).Ticks * 100;
        var (stamp, type) = FileStatus.StampOf(path, follow: true);
        if (stamp == FileStamp.Nothing || stamp.Changed > now)
        {
            return stamp == FileStamp.Nothing ? stamp : null;
        }

        return type == FileType.Directory ? OfTree(path, now) : stamp;
    }

    /// <summary>One stamp for all that is below a directory; versions kept by git do not count, as no source holds them.</summary>
    private static FileStamp? OfTree(string directory, long now)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var waiting = new Stack<string>([directory]);
        while (waiting.TryPop(out var next))
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(next).Where(p => Path.GetFileName(p) != ".git").Order(StringComparer.Ordinal))
            {
                var (stamp, type) = FileStatus.StampOf(path, follow: false);
                if (stamp.Changed > now)
                {
                    return null;
                }

                hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{path}\n{stamp.Modified} {stamp.Changed} {stamp.Size} {stamp.Inode}\n")));
                if (type == FileType.Directory)
                {
                    waiting.Push(path);
                }
            }
        }

        var parts = MemoryMarshal.Cast<byte, long>(hash.GetHashAndReset());
        return new(parts[0], parts[1], parts[2], parts[3]);
    }
}
