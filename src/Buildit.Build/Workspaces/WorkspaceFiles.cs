using System.Collections.Concurrent;
using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Recipes;
using Buildit.Store.Sources;

namespace Buildit.Build.Workspaces;

/// <summary>The files of a workspace on disk. Every file is read once in a process.</summary>
/// <param name="recipeTrees">Absolute directories, in order of preference.</param>
/// <param name="display">How a path is shown to people.</param>
/// <param name="archive">Hashes local sources.</param>
/// <param name="clock">Tells what changed just now.</param>
public sealed class WorkspaceFiles(ImmutableArray<string> recipeTrees, Func<string, string> display, SourceArchive archive, TimeProvider clock) : IWorkspace
{
    private readonly ConcurrentDictionary<string, SourceText?> _texts = new(StringComparer.Ordinal);
    private readonly FileStamps _stamps = new(clock);

    /// <inheritdoc/>
    public IReadOnlyList<string> RecipeTrees => recipeTrees;

    /// <inheritdoc/>
    public IReadOnlyList<string> RecipeNames =>
    [
        .. recipeTrees.Where(Directory.Exists)
            .SelectMany(tree => Directory.EnumerateDirectories(tree).SelectMany(category => Directory.EnumerateDirectories(category)).Where(d => File.Exists(Path.Combine(d, "pkg.yaml"))).Select(d => Path.GetRelativePath(tree, d)))
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    /// <inheritdoc/>
    public string Combine(string directory, string relative) => Path.GetFullPath(Path.Combine(directory, relative));

    /// <inheritdoc/>
    public SourceText? ReadText(string path) => _texts.GetOrAdd(path, p => Stamp(p) != FileStamp.Nothing && IsFile(p) ? SourceText.FromBytes(display(p), File.ReadAllBytes(p)) : null);

    /// <inheritdoc/>
    public FileStamp? Stamp(string path) => _stamps.Of(path);

    /// <inheritdoc/>
    public (Digest Digest, bool Executable)? Hash(string path)
    {
        if (Stamp(path) == FileStamp.Nothing || !IsFile(path))
        {
            return null;
        }

        using var stream = File.OpenRead(path);
        return (Digest.Of(stream), (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => Stamp(directory) != FileStamp.Nothing && Directory.Exists(directory)
        ? [.. Walk(new(directory)).Select(f => Path.GetRelativePath(directory, f.FullName)).Order(StringComparer.Ordinal)]
        : [];

    /// <inheritdoc/>
    public Digest? HashSource(Source.Local source, string path)
    {
        if (Stamp(path) == FileStamp.Nothing)
        {
            return null;
        }

        return archive.FromLocal(SourceInputs.Of(source, path), Stream.Null, CancellationToken.None).Digest;
    }

    /// <summary>Whether a file is there. What is something else that has the name of one is refused: a pipe would be waited for, without an end.</summary>
    private bool IsFile(string path) => FileStatus.StampOf(path, follow: true).Type switch
    {
        FileType.Regular => true,
        null or FileType.Directory => false,
        _ => throw new BuilditException(ExitCode.InvalidInput, $"'{display(path)}' is neither a file nor a directory", "a pipe, socket or device cannot be read here; remove it, or name a file"),
    };

    // Links to directories are not walked through: they may lead anywhere, also in circles.
    private static IEnumerable<FileInfo> Walk(DirectoryInfo directory) =>
        directory.EnumerateFiles().Concat(directory.EnumerateDirectories().Where(d => d.LinkTarget is null).SelectMany(Walk));
}
