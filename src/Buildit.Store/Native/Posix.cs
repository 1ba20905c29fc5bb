using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Buildit.Store.Native;

/// <summary>The few system calls that the base library does not offer.</summary>
internal static partial class Posix
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux
    private const uint StartOfWriting = 2; // SYNC_FILE_RANGE_WRITE
    private const int Exists = 17; // EEXIST
    private const int NotEmpty = 39; // ENOTEMPTY

    /// <summary>Makes the names in a directory durable.</summary>
    public static void SyncDirectory(string path) => WithDirectory(path, FSync);

    /// <summary>Makes everything written to the file system of a directory durable: one call for thousands of files.</summary>
    public static void SyncFileSystem(string path) => WithDirectory(path, SyncFs);

    /// <summary>Lets the disk begin with what was written to a file; it says nothing of when that is done. A file system that cannot do it does it when it is asked to finish.</summary>
    public static void StartWriting(SafeFileHandle file) => _ = SyncFileRange(file, 0, 0, StartOfWriting);

    /// <summary>Gives a directory another name, which is free or an empty directory's; false if a directory that is not empty has it. The base library refuses the empty one, too.</summary>
    public static bool TryRenameDirectory(string from, string to) => Libc.Rename(from, to) == 0 ? true : Marshal.GetLastPInvokeError() switch
    {
        Exists or NotEmpty => false,
        var error => throw new IOException($"'{from}' cannot be renamed to '{to}': {Marshal.GetPInvokeErrorMessage(error)}"),
    };

    private static void WithDirectory(string path, Func<int, int> call)
    {
        var fd = Open(path, ReadOnlyDirectory);
        if (fd < 0)
        {
            throw new IOException($"cannot open directory '{path}' (errno {Marshal.GetLastPInvokeError()})");
        }

        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        if (call(fd) != 0)
        {
            throw new IOException($"cannot sync '{path}' (errno {Marshal.GetLastPInvokeError()})");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int fd);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(int fd);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long count, uint flags);
}
