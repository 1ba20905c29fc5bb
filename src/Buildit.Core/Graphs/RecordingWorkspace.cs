using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Locks;
using Buildit.Core.Recipes;

namespace Buildit.Core.Graphs;

/// <summary>Passes everything on to a workspace and its pins, and notes which paths were looked at while a package was made, and whether anything was looked up.</summary>
internal sealed class RecordingWorkspace(IWorkspace inner, Pins pins) : IWorkspace, ILookups
{
    private readonly Stack<Frame> _frames = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> RecipeTrees => inner.RecipeTrees;

    /// <inheritdoc/>
    public IReadOnlyList<string> RecipeNames => inner.RecipeNames;

    /// <summary>Begins to note for a package. Packages that are made meanwhile have notes of their own.</summary>
    public void Begin() => _frames.Push(new());

    /// <summary>Ends it, and gives the paths with their stamps; null if they are not all, or one of them cannot be relied on.</summary>
    public ImmutableArray<RememberedInput>? End()
    {
        var frame = _frames.Pop();
        var inputs = frame.Paths.Select(path => (Path: path, Stamp: inner.Stamp(path))).ToArray();
        return frame.HasLookups || inputs.Any(i => i.Stamp is null) ? null : [.. inputs.Select(i => new RememberedInput(i.Path, i.Stamp!.Value))];
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

    /// <inheritdoc/>
    public Pin? Find(Lookup lookup, string directory, SourceSpan span)
    {
        NoteLookup();
        return pins.Find(lookup, directory, span);
    }

    /// <inheritdoc/>
    public void Declare(Lookup lookup)
    {
        NoteLookup();
        pins.Declare(lookup);
    }

    private string Noted(string path)
    {
        if (_frames.TryPeek(out var frame))
        {
            frame.Paths.Add(path);
        }

        return path;
    }

    // Locks differ from target to target: what a package is with one says nothing about it with another.
    private void NoteLookup()
    {
        if (_frames.TryPeek(out var frame))
        {
            frame.HasLookups = true;
        }
    }

    private sealed class Frame
    {
        public SortedSet<string> Paths { get; } = new(StringComparer.Ordinal);

        public bool HasLookups { get; set; }
    }
}
