using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;

namespace Buildit.Core.Graphs;

/// <summary>Passes everything on to a workspace, and notes which paths were looked at while a package was made.</summary>
internal sealed class RecordingWorkspace(IWorkspace inner) : IWorkspace
{
    private readonly Stack<SortedSet<string>> _frames = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> RecipeTrees => inner.RecipeTrees;

    /// <inheritdoc/>
    public IReadOnlyList<string> RecipeNames => inner.RecipeNames;

    /// <summary>Begins to note for a package. Packages that are made meanwhile have notes of their own.</summary>
    public void Begin() => _frames.Push(new(StringComparer.Ordinal));

    /// <summary>Ends it, and gives the paths with their stamps; null if one of them cannot be relied on.</summary>
    public ImmutableArray<RememberedInput>? End()
    {
        var inputs = _frames.Pop().Select(path => (Path: path, Stamp: inner.Stamp(path))).ToArray();
        return inputs.Any(i => i.Stamp is null) ? null : [.. inputs.Select(i => new RememberedInput(i.Path, i.Stamp!.Value))];
    }

    /// <inheritdoc/>
    public string Combine(string directory, string relative) => inner.Combine(directory, relative);

    /// <inheritdoc/>
    public SourceText? ReadText(string path) => inner.ReadText(Noted(path));

    /// <inheritdoc/>
    public (Digest Digest, bool Executable)? Hash(string path) => inner.Hash(Noted(path));

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => inner.List(Noted(directory));

    /// <inheritdoc/>
    public Digest? HashSource(Source.Local source, string path) => inner.HashSource(source, Noted(path));

    /// <inheritdoc/>
    public FileStamp? Stamp(string path) => inner.Stamp(path);

    private string Noted(string path)
    {
        if (_frames.TryPeek(out var frame))
        {
            frame.Add(path);
        }

        return path;
    }
}
