namespace Buildit.Store.Files;

/// <summary>Files that are there whole or not at all: temporary name beside, fsync, rename.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Lets <paramref name="write"/> fill the file and gives it its name when it is durable. A failure or Ctrl-C leaves what was there before and no
    /// temporary file; what a killed process leaves is overwritten by the next one. One writer a path: the caller holds the lock.
    /// </summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, "." + Path.GetFileName(path) + ".tmp");
        try
        {
            await using (var file = new DurableFileStream(temporary))
            {
                await write(file);
                file.MakeDurable();
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
