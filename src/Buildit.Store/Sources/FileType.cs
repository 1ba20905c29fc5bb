using System.Runtime.InteropServices;
using Buildit.Core.Graphs;

namespace Buildit.Store.Sources;

/// <summary>What a path of this machine is, without following links.</summary>
public enum FileType
{
    /// <summary>A device, or something unheard of.</summary>
    Other = 0,

    /// <summary>A pipe: opening it would wait for its other end.</summary>
    NamedPipe = 0x1000,

    /// <summary>A directory.</summary>
    Directory = 0x4000,

    /// <summary>A regular file.</summary>
    Regular = 0x8000,

    /// <summary>A symbolic link.</summary>
    Symlink = 0xA000,

    /// <summary>A socket.</summary>
    Socket = 0xC000,
}

/// <summary>
/// Asks the kernel for a file's type and mode. .NET cannot tell a pipe from a file, and opening a pipe waits for ever.
/// statx(2) is used because its structure is the same on every architecture.
/// </summary>
public static partial class FileStatus
{
    private const int AtCurrentDirectory = -100;
    private const int DoNotFollow = 0x100;
    private const uint TypeModeSize = 0x1 | 0x2 | 0x200;
    private const uint TypeTimesSizeInode = 0x1 | 0x40 | 0x80 | 0x100 | 0x200;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int SizeOffset = 40;
    private const int ChangedOffset = 96;
    private const int ModifiedOffset = 112;

    /// <summary>What is at a path, null if nothing is.</summary>
    public static FileType? TypeOf(string path)
    {
        try
        {
            return Of(path).Type;
        }
        catch (RefusedException)
        {
            return null;
        }
    }

    internal static unsafe (FileType Type, bool Executable, long Size) Of(string path)
    {
        var status = stackalloc byte[256];
        if (Statx(AtCurrentDirectory, path, DoNotFollow, TypeModeSize, status) != 0)
        {
            // A name that is not UTF-8 ends here too: .NET shows it, but cannot name it.
            throw new RefusedException($"'{path}' cannot be looked at: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var mode = *(ushort*)(status + ModeOffset);
        return ((FileType)(mode & 0xF000), (mode & 0x49) != 0, *(long*)(status + SizeOffset));
    }

    /// <summary>Times, size, inode and type of what is at a path; <see cref="FileStamp.Nothing"/> and null if nothing is.</summary>
    /// <param name="path">The path.</param>
    /// <param name="follow">Whether a link's target is meant, not the link itself.</param>
    public static unsafe (FileStamp Stamp, FileType? Type) StampOf(string path, bool follow)
    {
        var status = stackalloc byte[256];
        if (Statx(AtCurrentDirectory, path, follow ? 0 : DoNotFollow, TypeTimesSizeInode, status) != 0)
        {
            return (FileStamp.Nothing, null);
        }

        var stamp = new FileStamp(TimeAt(status + ModifiedOffset), TimeAt(status + ChangedOffset), *(long*)(status + SizeOffset), *(long*)(status + InodeOffset));
        return (stamp, (FileType)(*(ushort*)(status + ModeOffset) & 0xF000));
    }

    private static unsafe long TimeAt(byte* time) => (*(long*)time * 1_000_000_000) + *(uint*)(time + 8);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* status);
}
