namespace Buildit.Store.Fetching;

/// <summary>Opens files of this machine: <c>file:</c> addresses and plain paths.</summary>
internal static class FileSource
{
    public static Body Open(string path)
    {
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
            return new(stream, 0, stream.Length, null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FetchFailure("no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FetchFailure(Directory.Exists(path) ? "is a directory" : e.Message);
        }
    }
}
