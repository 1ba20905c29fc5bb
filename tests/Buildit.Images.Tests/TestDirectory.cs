namespace Buildit.Images.Tests;

/// <summary>A directory of its own for one test.</summary>
public sealed class TestDirectory : IDisposable
{
    public string Path { get; } = System.IO.Directory.CreateTempSubdirectory("buildit-images-").FullName;

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text, UnixFileMode? mode = null)
    {
        var path = At(name);
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        if (mode is { } bits)
        {
            File.SetUnixFileMode(path, bits);
        }

        return path;
    }

    public void Link(string name, string target)
    {
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(name))!);
        File.CreateSymbolicLink(At(name), target);
    }

    public void Dispose() => System.IO.Directory.Delete(Path, recursive: true);
}
