using System.Globalization;

namespace Buildit.Store;

/// <summary>
/// A process's own directory below the store's work directory. A locked file beside it says that its owner lives: the kernel gives the lock up when
/// the process dies, however that happens, and whoever opens the store next sweeps what the dead have left.
/// </summary>
internal sealed class ProcessDirectory : IDisposable
{
    private const string AliveExtension = ".alive";
    private readonly FileStream _alive;

    private ProcessDirectory(string path, FileStream alive) => (Path, _alive) = (path, alive);

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>Makes one for this process.</summary>
    public static ProcessDirectory Claim(string work)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{System.IO.Path.GetRandomFileName()}");
        var path = System.IO.Path.Combine(work, name);
        // Named only when it is locked, so that nobody can take it for a dead one's.
        var alive = new FileStream(path + ".new", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        File.Move(path + ".new", path + AliveExtension);
        Directory.CreateDirectory(path);
        return new(path, alive);
    }

    /// <summary>Deletes the directories of processes that are gone.</summary>
    public static void Sweep(string work)
    {
        foreach (var file in Directory.EnumerateFiles(work, "*" + AliveExtension))
        {
            try
            {
                using var dead = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                WorkDirectory.Delete(file[..^AliveExtension.Length]);
                File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its owner lives, or is another user.
            }
        }
    }

    /// <summary>Deletes the directory with everything in it.</summary>
    public void Dispose()
    {
        WorkDirectory.TryDelete(Path);
        File.Delete(Path + AliveExtension);
        _alive.Dispose();
    }
}
