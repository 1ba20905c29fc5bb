using System.Buffers;
using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace Buildit.Store.Files;

/// <summary>Files of trees as they are written for the first time.</summary>
internal static class NewFile
{
    private const int ChunkSize = 1 << 17;
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Writes a file that must not be there yet, readable for all, writable for nobody. Gives the digest of its bytes.</summary>
    /// <param name="path">Where.</param>
    /// <param name="executable">Whether it can be executed.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="mtime">Seconds since 1970; null = now.</param>
    public static Digest Write(string path, bool executable, Stream content, long? mtime = null)
    {
        using var file = Create(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        var offset = 0L;
        for (int read; (read = content.Read(buffer)) > 0; offset += read)
        {
            hash.AppendData(buffer, 0, read);
            RandomAccess.Write(file, buffer.AsSpan(0, read), offset);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        Finish(file, executable, offset, mtime);
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetCurrentHash(result);
        return Digest.FromHash(result);
    }

    /// <inheritdoc cref="Write(string, bool, Stream, long?)"/>
    public static Digest Write(string path, bool executable, ReadOnlySpan<byte> content, long? mtime = null)
    {
        using var file = Create(path);
        RandomAccess.Write(file, content, 0);
        Finish(file, executable, content.Length, mtime);
        return Digest.Of(content);
    }

    // Nobody else knows of it: to share it saves two system calls, a lock and its release.
    private static SafeFileHandle Create(string path) => File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    private static void Finish(SafeFileHandle file, bool executable, long size, long? mtime)
    {
        // Whoever waits until all is durable waits less if the disk has begun.
        if (size >= ChunkSize)
        {
            Posix.StartWriting(file);
        }

        // Set, not given at creation: the umask of whoever runs us must not show.
        File.SetUnixFileMode(file, executable ? Executable : Plain);
        if (mtime is { } seconds)
        {
            File.SetLastWriteTimeUtc(file, DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime);
        }
    }
}
