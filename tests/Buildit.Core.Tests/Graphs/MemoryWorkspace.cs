using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Recipes;

namespace Buildit.Core.Tests.Graphs;

/// <summary>The files of a workspace as a dictionary: path -> text and execute bit.</summary>
internal sealed class MemoryWorkspace(string root = "/ws") : IWorkspace
{
    private readonly SortedDictionary<string, (string Text, bool Executable)> _files = new(StringComparer.Ordinal);

    public IReadOnlyList<string> RecipeTrees => [root + "/pkgs"];

    public IReadOnlyList<string> RecipeNames =>
        [.. _files.Keys.Where(f => f.StartsWith(root + "/pkgs/", StringComparison.Ordinal) && f.EndsWith("/pkg.yaml", StringComparison.Ordinal)).Select(f => f[(root.Length + 6)..^9])];

    /// <summary>Adds or replaces a file; the path is relative to the workspace.</summary>
    public MemoryWorkspace With(string path, string text, bool executable = false)
    {
        _files[root + "/" + path] = (text, executable);
        return this;
    }

    public MemoryWorkspace Without(string path)
    {
        Assert.True(_files.Remove(root + "/" + path));
        return this;
    }

    /// <summary>Moves all files of a directory.</summary>
    public void Rename(string from, string to)
    {
        foreach (var path in _files.Keys.Where(f => f.StartsWith(root + "/" + from, StringComparison.Ordinal)).ToArray())
        {
            _files.Remove(path, out var file);
            _files.Add(path.Replace("/" + from, "/" + to, StringComparison.Ordinal), file);
        }
    }

    /// <summary>Replaces text in a file; fails if it is not there.</summary>
    public MemoryWorkspace Edit(string path, string from, string to)
    {
        var (text, executable) = _files[root + "/" + path];
        Assert.Contains(from, text, StringComparison.Ordinal);
        return With(path, text.Replace(from, to, StringComparison.Ordinal), executable);
    }

    public string Combine(string directory, string relative) => Path.GetFullPath(Path.Combine(directory, relative));

    public SourceText? ReadText(string path) => _files.TryGetValue(path, out var file) ? new(path[(root.Length + 1)..], file.Text) : null;

    public FileStamp? Stamp(string path) => List(path) is { Count: > 0 } files
        ? StampOf(string.Join('\n', files.Select(f => $"{f} {_files[path + "/" + f]}")))
        : _files.TryGetValue(path, out var file) ? StampOf(file.ToString()) : FileStamp.Nothing;

    private static FileStamp StampOf(string state) => new(1, 2, state.Length, System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(Convert.FromHexString(Digest.Of(state).Hex)));

    public (Digest Digest, bool Executable)? Hash(string path) => _files.TryGetValue(path, out var file) ? (Digest.Of(file.Text), file.Executable) : null;

    public IReadOnlyList<string> List(string directory) => [.. _files.Keys.Where(f => f.StartsWith(directory + "/", StringComparison.Ordinal)).Select(f => f[(directory.Length + 1)..])];

    public Digest? HashSource(Source.Local source, string path)
    {
        var files = List(path).Select(f => (f, _files[path + "/" + f])).ToArray();
        return files.Length == 0 ? Hash(path)?.Digest : Digest.Of(string.Join('\n', files.Select(f => $"{f.f} {f.Item2.Executable} {f.Item2.Text}")));
    }
}
