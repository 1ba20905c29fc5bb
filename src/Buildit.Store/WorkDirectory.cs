namespace Buildit.Store;

/// <summary>Directories of builds in progress.</summary>
public static class WorkDirectory
{
    private const UnixFileMode OwnerAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Deletes a directory of our own, whatever permissions a build left in it. Links are removed, never followed.</summary>
    public static void Delete(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        Open(new(directory));
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>As <see cref="Delete"/>, but what cannot be deleted (a name that is not UTF-8) stays for a person to remove: never a reason to fail a build that went well.</summary>
    public static void TryDelete(string directory)
    {
        try
        {
            Delete(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static void Open(DirectoryInfo directory)
    {
        if ((directory.UnixFileMode & OwnerAll) != OwnerAll)
        {
            directory.UnixFileMode |= OwnerAll;
        }

        foreach (var child in directory.EnumerateDirectories().Where(d => d.LinkTarget is null))
        {
            Open(child);
        }
    }

    /// <summary>Gives a file or directory another name; what cannot be moved stays where it is.</summary>
    public static void TryMove(string path, string to)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Move(path, to);
                return;
            }

            File.Move(path, to, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
