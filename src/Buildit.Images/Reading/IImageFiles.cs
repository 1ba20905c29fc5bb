namespace Buildit.Images.Reading;

/// <summary>The files of an image layout, wherever they are.</summary>
internal interface IImageFiles : IDisposable
{
    /// <summary>The layout, for messages.</summary>
    string Name { get; }

    /// <summary>Opens a file of it; null if there is none.</summary>
    /// <param name="path">Relative, with '/'.</param>
    Stream? Open(string path);
}

/// <summary>A layout in a directory.</summary>
internal sealed class DirectoryFiles(string directory, string shown) : IImageFiles
{
    public string Name => $"image '{shown}'";

    public Stream? Open(string path) => Path.Combine(directory, path) is var file && File.Exists(file) ? File.OpenRead(file) : null;

    public void Dispose()
    {
    }
}
