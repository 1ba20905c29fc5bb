using System.IO.Compression;
using System.Text;
using Buildit.Core.Trees;

namespace Buildit.Store.Sources;

/// <summary>Reads zip archives, with what Unix tools add to them: modes and symbolic links.</summary>
internal static class ZipArchiveReader
{
    private const int MaxLinkTarget = 4096;
    private const char Replaced = '\uFFFD';

    public static IEnumerable<ArchiveEntry> Read(Stream input)
    {
        using var zip = new ZipArchive(input, ZipArchiveMode.Read, leaveOpen: true);
        foreach (var entry in zip.Entries)
        {
            yield return ToEntry(entry);
        }
    }

    private static ArchiveEntry ToEntry(ZipArchiveEntry entry)
    {
        var name = entry.FullName;
        if (name.Contains('\\', StringComparison.Ordinal))
        {
            throw RefusedException.Entry(name, "has a backslash in its name");
        }

        if (name.Contains(Replaced, StringComparison.Ordinal))
        {
            throw RefusedException.Entry(name, "has a name that is not UTF-8");
        }

        if (entry.IsEncrypted)
        {
            throw RefusedException.Entry(name, "is encrypted");
        }

        // Upper half: the mode, if the archive was made on Unix.
        var mode = entry.ExternalAttributes >>> 16;
        var mtime = Seconds(entry.LastWriteTime);
        return (mode & 0xF000) switch
        {
            _ when name.EndsWith('/') => new(name, EntryKind.Directory, true, mtime),
            0x4000 => new(name, EntryKind.Directory, true, mtime),
            0xA000 => new(name, EntryKind.Symlink, true, mtime, ReadTarget(entry)),
            0 or 0x8000 => new(name, EntryKind.File, (mode & 0x49) != 0, mtime, Content: entry.Open()),
            0x1000 => throw RefusedException.Entry(name, "is a named pipe"),
            0xC000 => throw RefusedException.Entry(name, "is a socket"),
            _ => throw RefusedException.Entry(name, "is a device node"),
        };
    }

    // A zip says times as a calendar shows them, without a zone: read as UTC, so that every machine reads the same.
    private static long Seconds(DateTimeOffset time) => new DateTimeOffset(DateTime.SpecifyKind(time.DateTime, DateTimeKind.Unspecified), TimeSpan.Zero).ToUnixTimeSeconds();

    private static string ReadTarget(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        var target = new byte[MaxLinkTarget + 1];
        var length = content.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        return length <= MaxLinkTarget ? Encoding.UTF8.GetString(target, 0, length) : throw RefusedException.Entry(entry.FullName, "is a symbolic link with an overlong target");
    }
}
