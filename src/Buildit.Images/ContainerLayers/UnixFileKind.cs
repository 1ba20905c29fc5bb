using System.Runtime.InteropServices;

namespace Buildit.Images.ContainerLayers;

/// <summary>Tells regular files from pipes, sockets and devices, which .NET does not: opening a pipe would wait for its writer.</summary>
internal static partial class UnixFileKind
{
    private const int NoFollow = 0x100;
    private const int CurrentDirectory = -100;
    private const uint TypeMask = 1;
    private const int ModeOffset = 28;

    /// <summary>Whether the path itself, not what a link names, is a regular file.</summary>
    internal static bool IsRegular(string path)
    {
        // struct statx is the same on every architecture; stx_mode is its sixth field.
        Span<byte> result = stackalloc byte[256];
        return Statx(CurrentDirectory, path, NoFollow, TypeMask, ref MemoryMarshal.GetReference(result)) == 0
            && (MemoryMarshal.Read<ushort>(result[ModeOffset..]) & 0xF000) == 0x8000;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte result);
}
