using Buildit.Store.Locking;
using Buildit.Store.Native;

namespace Buildit.Store.Binhosts.Files;

/// <summary>A directory of this machine. Several processes and, on file systems that pass flock(2) on, several machines respect its lock file.</summary>
/// <param name="root">The directory; it need not be there.</param>
/// <param name="time">For its lock.</param>
/// <param name="mask">The umask of whoever writes.</param>
internal sealed class LocalFiles(string root, TimeProvider time, UnixFileMode mask = LocalFiles.UsualMask) : IPlaceFiles
{
    /// <summary>022.</summary>
    public const UnixFileMode UsualMask = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const string Lock = ".lock";
    private readonly SharedModes _modes = new(root, mask);

    public string Address => root;

    public string Kind => "directory";

    public async Task<IDisposable?> LockAsync(string purpose, CancellationToken cancel)
    {
        var held = await FileLock.AcquireAsync(In(Lock), purpose, time, static _ => { }, cancel);
        _modes.SetFile(In(Lock));
        _modes.SetFile(FileLock.HolderPath(In(Lock)));
        return held;
    }

    public Task<Stream?> OpenAsync(string path, long offset, CancellationToken cancel)
    {
        try
        {
            var file = new FileStream(In(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
            file.Position = Math.Min(offset, file.Length);
            return Task.FromResult<Stream?>(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task<FileState?> StateAsync(string path, CancellationToken cancel)
    {
        var file = new FileInfo(In(path));
        return Task.FromResult<FileState?>(file.Exists ? StateOf(file) : null);
    }

    public Task<IReadOnlyDictionary<string, FileState>> FindAsync(IReadOnlyCollection<string> paths, CancellationToken cancel) => Task.FromResult<IReadOnlyDictionary<string, FileState>>(
        paths.Distinct().Select(p => (Path: p, File: new FileInfo(In(p)))).Where(f => f.File.Exists).ToDictionary(f => f.Path, f => StateOf(f.File), StringComparer.Ordinal));

    public Task<IReadOnlyList<(string Name, FileState State)>> ListAsync(string directory, CancellationToken cancel)
    {
        try
        {
            return Task.FromResult<IReadOnlyList<(string, FileState)>>([.. new DirectoryInfo(In(directory)).EnumerateFileSystemInfos().Where(e => e.Exists).Select(e => (e.Name, StateOf(e)))]);
        }
        catch (DirectoryNotFoundException)
        {
            return Task.FromResult<IReadOnlyList<(string, FileState)>>([]);
        }
    }

    public async Task CreateAsync(string path, Func<Stream, Task> write, CancellationToken cancel)
    {
        var place = In(path);
        _modes.MakeDirectory(Path.GetDirectoryName(place)!);
        try
        {
            await using (var file = new FileStream(place, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16, FileOptions.Asynchronous))
            {
                await write(file);
                await Task.Run(() => file.Flush(flushToDisk: true), CancellationToken.None);
            }

            _modes.SetFile(place);
        }
        catch
        {
            File.Delete(place);
            throw;
        }
    }

    public async Task<bool> RewriteAsync(string path, ReadOnlyMemory<byte> content, long modified, CancellationToken cancel)
    {
        try
        {
            await using (var file = new FileStream(In(path), FileMode.Truncate, FileAccess.Write, FileShare.Read, 1, FileOptions.Asynchronous))
            {
                await file.WriteAsync(content, cancel);
                await Task.Run(() => file.Flush(flushToDisk: true), CancellationToken.None);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }

        return await TouchAsync(path, modified, cancel);
    }

    public Task<bool> TouchAsync(string path, long modified, CancellationToken cancel)
    {
        try
        {
            File.SetLastWriteTimeUtc(In(path), DateTimeOffset.FromUnixTimeSeconds(modified).UtcDateTime);
            return Task.FromResult(true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult(false);
        }
    }

    public Task<LinkOutcome> LinkAsync(string from, string to, CancellationToken cancel)
    {
        _modes.MakeDirectory(Path.GetDirectoryName(In(to))!);
        var outcome = HardLink.TryCreate(In(from), In(to)) ? LinkOutcome.Linked : File.Exists(In(to)) ? LinkOutcome.Taken : LinkOutcome.Unsupported;
        Sync(to);
        return Task.FromResult(outcome);
    }

    public async Task<bool> MoveAsync(string from, string to, CancellationToken cancel)
    {
        try
        {
            File.Move(In(from), In(to), overwrite: true);
        }
        catch (FileNotFoundException)
        {
            return false;
        }

        await Task.Run(() => Sync(to), CancellationToken.None);
        return true;
    }

    public Task<bool> MoveDirectoryAsync(string from, string to, CancellationToken cancel) => Task.FromResult(Posix.TryRenameDirectory(In(from), In(to)));

    public Task RemoveAsync(string path, CancellationToken cancel)
    {
        var place = In(path);
        if (Directory.Exists(place))
        {
            Directory.Delete(place);
        }
        else if (Directory.Exists(Path.GetDirectoryName(place)))
        {
            File.Delete(place);
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
    }

    private string In(string path) => Path.Combine(root, path);

    private static FileState StateOf(FileSystemInfo entry) =>
        new(entry is FileInfo file ? file.Length : 0, new DateTimeOffset(entry.LastWriteTimeUtc), entry is DirectoryInfo);

    private void Sync(string path) => Posix.SyncDirectory(Path.GetDirectoryName(In(path))!);
}
