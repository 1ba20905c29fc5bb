namespace Buildit.Store.Binhosts.Files;

/// <summary>
/// Permissions in a binhost that is a directory of this machine: what the umask leaves, and all of a group's where the directory is a group's, as git's <c>core.sharedRepository=group</c>: one that the
/// group may write to, and that gives new files its group (setgid).
/// </summary>
/// <param name="root">The directory; it need not be there.</param>
/// <param name="mask">The umask of whoever writes. This process has another.</param>
internal sealed class SharedModes(string root, UnixFileMode mask)
{
    private const UnixFileMode OfGroup = UnixFileMode.SetGroup | UnixFileMode.GroupWrite;
    private const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const UnixFileMode Folder = File | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    /// <summary>Sets those of a file that was made just now; one that belongs to somebody else is left as it is.</summary>
    public void SetFile(string path) => Set(path, File);

    /// <summary>Makes a directory and those that it is in, if they are not there.</summary>
    public void MakeDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        if (path.Length > root.Length)
        {
            MakeDirectory(Path.GetDirectoryName(path)!);
        }

        Directory.CreateDirectory(path);
        Set(path, Folder);
    }

    private void Set(string path, UnixFileMode most)
    {
        var isShared = (System.IO.File.GetUnixFileMode(root) & OfGroup) == OfGroup;
        var mode = (most & ~mask) | (isShared ? most & Group : 0);
        try
        {
            // Who makes a directory in a group's must leave it the group's.
            System.IO.File.SetUnixFileMode(path, mode | (System.IO.File.GetUnixFileMode(path) & UnixFileMode.SetGroup));
        }
        catch (UnauthorizedAccessException)
        {
            // Somebody else has made it meanwhile, and sees to it himself.
        }
    }
}
