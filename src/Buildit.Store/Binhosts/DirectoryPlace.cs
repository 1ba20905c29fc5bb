using System.Security.Cryptography;
using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Store.Files;
using Buildit.Store.Locking;
using Buildit.Store.Native;

namespace Buildit.Store.Binhosts;

/// <summary>
/// A directory as a place: made when something is first written. Files appear whole and durable (temporary name, sync, rename, sync of the directory); documents
/// are changed under a lock file of the directory, which several processes and, on file systems that pass flock(2) on, several machines respect.
/// </summary>
public sealed class DirectoryPlace(string root, TimeProvider time) : IWritablePlace
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly SemaphoreSlim _turn = new(1);
    private long _names;

    /// <inheritdoc/>
    public string Address { get; } = root;

    /// <inheritdoc/>
    public Task<PlaceDocument?> GetAsync(string path, PlaceDocument? known, CancellationToken cancel) => Guarded(async () =>
    {
        if (await ReadAsync(path, cancel) is not { } bytes)
        {
            return null;
        }

        var version = Digest.Of(bytes.Span).Hex;
        return known?.Version == version ? known : new PlaceDocument(bytes, version);
    });

    /// <inheritdoc/>
    public Task<Stream?> OpenBlobAsync(Digest digest, long offset, CancellationToken cancel) => Guarded<Stream?>(() =>
    {
        try
        {
            var file = new FileStream(In(BinhostLayout.Blob(digest)), FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
            file.Position = Math.Min(offset, file.Length);
            return Task.FromResult<Stream?>(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    });

    /// <inheritdoc/>
    public Task<IReadOnlySet<Digest>> FindBlobsAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancel) =>
        Guarded(() => Task.FromResult<IReadOnlySet<Digest>>(digests.Where(d => File.Exists(In(BinhostLayout.Blob(d)))).ToHashSet()));

    /// <inheritdoc/>
    public Task PutBlobAsync(Digest digest, long size, Func<Stream> open, CancellationToken cancel) => Guarded(async () =>
    {
        var place = In(BinhostLayout.Blob(digest));
        if (!File.Exists(place))
        {
            await WriteAsync(place, async file =>
            {
                await using var content = open();
                await using var hashed = new HashingStream(file, HashAlgorithmName.SHA256);
                await content.CopyToAsync(hashed, cancel);
                if (Digest.FromHash(hashed.GetHash()) != digest || hashed.Count != size)
                {
                    throw new InvalidDataException($"what should be the blob {digest} has other bytes");
                }
            });
        }

        return true;
    });

    /// <inheritdoc/>
    public Task UpdateAsync(string path, Func<ReadOnlyMemory<byte>?, Task<ReadOnlyMemory<byte>?>> change, CancellationToken cancel) => Guarded(async () =>
    {
        Prepare();
        // The lock file is between processes; in one process its holder would meet itself.
        await _turn.WaitAsync(cancel);
        try
        {
            using var held = await FileLock.AcquireAsync(In(".lock"), $"writing {path}", time, static _ => { }, cancel);
            if (await change(await ReadAsync(path, cancel)) is { } content)
            {
                await WriteAsync(In(path), file => file.WriteAsync(content, cancel).AsTask());
            }
        }
        finally
        {
            _turn.Release();
        }

        return true;
    });

    /// <inheritdoc/>
    public Task LinkAsync(string path, Digest blob, CancellationToken cancel) => Guarded(() =>
    {
        var (place, temporary) = (In(path), Temporary(In(path)));
        HardLink.CreateOrCopy(In(BinhostLayout.Blob(blob)), temporary);
        // rename(2) of two names of one file does nothing and leaves both.
        File.Delete(place);
        File.Move(temporary, place);
        Posix.SyncDirectory(Path.GetDirectoryName(place)!);
        return Task.FromResult(true);
    });

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private string In(string path) => Path.Combine(Address, path);

    private async Task<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel)
    {
        try
        {
            await using var file = File.OpenRead(In(path));
            if (file.Length > BinhostLayout.LargestDocument)
            {
                throw new PlaceException($"has a document '{path}' of {file.Length >> 20} MiB, which cannot be right");
            }

            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancel);
            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Makes the directory an OCI image layout, before anything else is in it.</summary>
    private void Prepare()
    {
        if (!File.Exists(In(BinhostLayout.LayoutMarker)))
        {
            Create(BinhostLayout.ImageIndex, OciIndex.Empty);
            Create(BinhostLayout.LayoutMarker, Encoding.ASCII.GetBytes(BinhostLayout.LayoutMarkerText));
        }
    }

    /// <summary>Makes a file that is not there; what another process made meanwhile stays.</summary>
    private void Create(string path, byte[] content)
    {
        var (place, temporary) = (In(path), Temporary(In(path)));
        File.WriteAllBytes(temporary, content);
        if (!HardLink.TryCreate(temporary, place) && !File.Exists(place))
        {
            File.Move(temporary, place);
        }

        File.Delete(temporary);
    }

    private async Task WriteAsync(string place, Func<Stream, Task> write)
    {
        Prepare();
        var temporary = Temporary(place);
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous))
            {
                await write(file);
                await Task.Run(() => file.Flush(flushToDisk: true));
            }

            File.SetUnixFileMode(temporary, Readable | UnixFileMode.UserWrite);
            File.Move(temporary, place, overwrite: true);
            await Task.Run(() => Posix.SyncDirectory(Path.GetDirectoryName(place)!));
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // Beside its place, in a directory that is made if need be. A name that no other process and no earlier one has.
    private string Temporary(string place)
    {
        var directory = Directory.CreateDirectory(Path.GetDirectoryName(place)!).FullName;
        return Path.Combine(directory, FormattableString.Invariant($".{Path.GetFileName(place)}-{Path.GetRandomFileName()}-{Interlocked.Increment(ref _names)}.tmp"));
    }

    private static async Task<T> Guarded<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PlaceException(char.ToLowerInvariant(e.Message[0]) + e.Message[1..].TrimEnd('.'), inner: e);
        }
    }
}
