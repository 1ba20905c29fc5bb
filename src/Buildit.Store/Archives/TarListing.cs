using Buildit.Core.Archives;
using Buildit.Core.Trees;
using Buildit.Store.Files;
using Buildit.Store.Sources;

namespace Buildit.Store.Archives;

/// <summary>What is at a path of an archive.</summary>
/// <param name="Entry">Path, kind, mode, owner, size, digest, target.</param>
/// <param name="Elf">For an ELF file: how it is loaded.</param>
/// <param name="Text">The bytes, if they were asked for.</param>
/// <param name="File">A file of this machine with the bytes of a regular file, if all were asked for.</param>
public sealed record ListedFile(TreeEntry Entry, ElfFile? Elf, byte[]? Text, string? File = null);

/// <summary>
/// Lists what tar archives from anywhere hold, without unpacking them. Nothing in them is believed: paths that lead out, devices, headers of any size, more than an
/// honest archive holds, and what is cut off are refused with <see cref="Core.Diagnostics.BuilditException"/>.
/// </summary>
/// <param name="scratch">Directory for temporary files.</param>
/// <param name="limits">What an archive may hold.</param>
/// <param name="keep">Directory to put the bytes of all regular files into, by their digest; null = they are read and forgotten.</param>
public sealed class TarListing(string scratch, SourceLimits? limits = null, string? keep = null)
{
    private const int LargestText = 16 << 20;
    private const int ElfHead = 4;
    private readonly SourceLimits _limits = limits ?? new();

    /// <summary>All entries in the order of the archive; a path may be there more than once.</summary>
    /// <param name="tar">The archive, not compressed. Read to its end, and closed.</param>
    /// <param name="what">The archive, for messages.</param>
    /// <param name="isText">Of which paths the bytes are wanted, 16 MiB at most each.</param>
    /// <param name="cancel">Ends the reading.</param>
    public IReadOnlyList<ListedFile> Read(Stream tar, string what, Func<string, bool> isText, CancellationToken cancel) => ArchiveErrors.Guard(what, null, () =>
    {
        using var limited = new LimitedStream(tar, _limits.Bytes);
        var files = new List<ListedFile>();
        foreach (var (path, entry) in new TarArchiveReader(limited).ReadClean(_limits.Entries, cancel))
        {
            if (path.Length > 0)
            {
                files.Add(List(entry, path, isText(path)));
            }
        }

        return files;
    });

    private ListedFile List(ArchiveEntry entry, string path, bool isText)
    {
        if (entry.Uid < 0 || entry.Gid < 0)
        {
            throw RefusedException.Entry(path, "has an owner that is out of range");
        }

        var listed = new TreeEntry(path, entry.Kind) { Mode = entry.Mode, Uid = entry.Uid, Gid = entry.Gid, Target = Target(entry), Capabilities = entry.Capabilities };
        if (entry.Content is not { } content)
        {
            return new(listed, null, null);
        }

        using var hashed = new HashedReadStream(content);
        if (keep is not null)
        {
            return KeepAll(listed, hashed, keep);
        }

        var head = new byte[ElfHead];
        var length = hashed.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        using var kept = Keep(head.AsSpan(0, length), isText);
        kept.Write(head, 0, length);
        Copy(hashed, kept, isText ? LargestText : long.MaxValue, path);
        var whole = listed with { Size = hashed.Count, Content = hashed.Digest };
        return new(whole, kept is FileStream ? ElfReader.TryRead(kept) : null, kept is MemoryStream text ? text.ToArray() : null);
    }

    private static ListedFile KeepAll(TreeEntry listed, HashedReadStream content, string keep)
    {
        var temporary = Path.Combine(keep, Path.GetRandomFileName());
        using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            content.CopyTo(file);
        }

        // On disk as in a tree of the store: read-only, with the x bits of what can be executed. The true mode is the entry's.
        const UnixFileMode ReadBits = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode ExecuteBits = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        System.IO.File.SetUnixFileMode(temporary, listed.IsExecutable ? ReadBits | ExecuteBits : ReadBits);
        var place = Path.Combine(keep, content.Digest.Hex + (listed.IsExecutable ? "x" : ""));
        System.IO.File.Move(temporary, place, overwrite: true);
        return new(listed with { Size = content.Count, Content = content.Digest }, null, null, place);
    }

    private static void Copy(HashedReadStream from, Stream to, long most, string path)
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = from.Read(buffer)) > 0;)
        {
            if (from.Count > most)
            {
                throw RefusedException.Entry(path, $"is larger than {most >> 20} MiB");
            }

            to.Write(buffer, 0, read);
        }
    }

    private static string? Target(ArchiveEntry entry) => entry.Kind == EntryKind.HardLink
        ? TreePath.Clean(entry.Target!) is { Length: > 0 } target ? target : throw RefusedException.Entry(entry.Name, $"is a hard link to '{entry.Target}', which leads out of it")
        : entry.Target;

    // What reads ELF files must seek in them; of anything else the digest is enough.
    private Stream Keep(ReadOnlySpan<byte> head, bool isText) =>
        isText ? new MemoryStream()
        : head.SequenceEqual("\u007fELF"u8) ? new FileStream(Path.Combine(scratch, "elf-" + Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose)
        : Stream.Null;
}
