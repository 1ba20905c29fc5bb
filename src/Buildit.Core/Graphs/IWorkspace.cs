using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;

namespace Buildit.Core.Graphs;

/// <summary>The files that people wrote, as Core sees them. May be asked by many threads. Paths are opaque text made by <see cref="Combine"/>.</summary>
public interface IWorkspace
{
    /// <summary>A path relative to a directory.</summary>
    string Combine(string directory, string relative);

    /// <summary>The text of a file, or null if there is none.</summary>
    SourceText? ReadText(string path);

    /// <summary>Directories of the recipe trees, in order of preference.</summary>
    IReadOnlyList<string> RecipeTrees { get; }

    /// <summary>
    /// The state of a path before this process first read it; <see cref="FileStamp.Nothing"/> if nothing is there. Null if it changed so lately that the same
    /// stamp might come to stand for other content.
    /// </summary>
    FileStamp? Stamp(string path);

    /// <summary>Digest and execute bit of a file, or null if there is none.</summary>
    (Digest Digest, bool Executable)? Hash(string path);

    /// <summary>All files below a directory, sorted, as paths relative to it; empty if there is no such directory.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Digest of a local source's canonical tar, or null if there is nothing.</summary>
    Digest? HashSource(Source.Local source, string path);

    /// <summary>Names of all recipes (<c>category/name</c>) in the trees, for suggestions.</summary>
    IReadOnlyList<string> RecipeNames { get; }
}
