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
}
