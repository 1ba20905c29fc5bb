using System.Globalization;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Store.Locking;

/// <summary>
/// A lock between processes: an open file that the kernel locks (flock, through <see cref="FileShare.None"/>) and frees when its holder dies.
/// A file beside it says who holds it, so that a waiter can say so.
/// </summary>
public sealed class FileLock : IDisposable
{
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock. <paramref name="waiting"/> is told who holds it, once at first and then every few seconds.</summary>
    public static async Task<FileLock> AcquireAsync(string path, string purpose, TimeProvider time, Action<string> waiting, CancellationToken cancel)
    {
        for (var tries = 0; ; tries++)
        {
            if (TryOpen(path) is { } file)
            {
                return Signed(file, path, purpose, time);
            }

            if (tries % 50 == 2)
            {
                waiting(Holder(path));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancel);
        }
    }

    /// <summary>Gives the lock up. The file stays: deleting it would let two processes hold "the" lock.</summary>
    public void Dispose() => _file.Dispose();

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new BuilditException(ExitCode.StoreFailed, $"the lock '{path}' cannot be opened: {e.Message}", "does the store belong to another user?", inner: e);
        }
    }

    /// <summary>The file that says who holds a lock. Beside it, because the lock itself cannot be opened by anybody else while it is held.</summary>
    public static string HolderPath(string path) => path + ".holder";

    private static FileLock Signed(FileStream file, string path, string purpose, TimeProvider time)
    {
        try
        {
            File.WriteAllText(HolderPath(path), string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName} since {time.GetUtcNow():u}: {purpose}\n"));
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string Holder(string path)
    {
        try
        {
            return File.ReadAllText(HolderPath(path)).Trim();
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}
