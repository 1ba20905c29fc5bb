namespace Buildit.Testing;

/// <summary>A directory that is gone after the test.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("buildit-test-").FullName;

    public string Path { get; }

    public static implicit operator string(TemporaryDirectory directory) => directory.Path;

    /// <summary>Writes a file below it, with its directories.</summary>
    public string Write(string path, string text)
    {
        var full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    public void Dispose()
    {
        MakeDeletable(new(Path));
        Directory.Delete(Path, recursive: true);
    }

    // By hand, since the enumeration of all directories would follow links: out of here, and all over the machine.
    private static void MakeDeletable(DirectoryInfo directory)
    {
        directory.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var child in directory.EnumerateDirectories().Where(d => d.LinkTarget is null))
        {
            MakeDeletable(child);
        }
    }
}
