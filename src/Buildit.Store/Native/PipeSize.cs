using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace Buildit.Store.Native;

/// <summary>How much a pipe holds: 64 KiB unless somebody asks for more, and each filling is a change of processes.</summary>
public static partial class PipeSize
{
    private const int SetPipeSize = 1031; // F_SETPIPE_SZ on Linux
    private const int Most = 1 << 20; // what /proc/sys/fs/pipe-max-size allows an ordinary user

    /// <summary>Lets a pipe hold a mebibyte. Where that is not to be had it stays as it is.</summary>
    public static void Raise(Stream pipe)
    {
        if (pipe is PipeStream { IsConnected: true } stream)
        {
            _ = Fcntl(stream.SafePipeHandle, SetPipeSize, Most);
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(SafeHandle pipe, int command, int value);
}
