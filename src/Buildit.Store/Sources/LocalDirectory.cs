using Buildit.Core.Trees;

namespace Buildit.Store.Sources;

/// <summary>
/// Reads a directory of this machine as a source tree. Like git it knows files, not directories: one in which nothing is left is left out,
/// so that what an ignored build leaves behind cannot change the digest.
/// </summary>
internal sealed class LocalDirectory
{
    private const string OwnIgnoreFile = ".builditignore";
    private const string GitIgnoreFile = ".gitignore";
    private readonly string _root;
    private readonly string _ignoreFile;
    private readonly SourceLimits _limits;
    private readonly CancellationToken _cancel;
    private readonly Dictionary<string, SourceNode> _nodes = new(StringComparer.Ordinal);

    private LocalDirectory(string root, SourceLimits limits, CancellationToken cancel)
    {
        _root = root;
        _limits = limits;
        _cancel = cancel;
        _ignoreFile = File.Exists(Path.Combine(root, OwnIgnoreFile)) ? OwnIgnoreFile : GitIgnoreFile;
    }

    /// <summary>The rules of one directory, and of those above it. A path is relative to the directory that <paramref name="Prefix"/> (ending with '/') names.</summary>
    private sealed record Scope(IgnoreRules Rules, string Prefix, Scope? Outer)
    {
        public bool Ignores(string path, bool isDirectory) => Rules.Ignores(path[Prefix.Length..], isDirectory) ?? Outer?.Ignores(path, isDirectory) ?? false;
    }

    /// <summary>The tree below <paramref name="root"/>, without what its ignore files name and without any <c>.git</c>.</summary>
    public static IReadOnlyDictionary<string, SourceNode> Read(string root, SourceLimits limits, CancellationToken cancel)
    {
        var directory = new LocalDirectory(root, limits, cancel);
        directory.Walk("", null);
        return directory._nodes;
    }

    private void Walk(string prefix, Scope? outer)
    {
        _cancel.ThrowIfCancellationRequested();
        var directory = Path.Combine(_root, prefix);
        var rules = Path.Combine(directory, _ignoreFile);
        var scope = File.Exists(rules) ? new Scope(IgnoreRules.Parse(File.ReadAllText(rules)), prefix, outer) : outer;
        foreach (var full in Directory.EnumerateFileSystemEntries(directory))
        {
            var path = prefix + Path.GetFileName(full);
            var (type, executable, size) = FileStatus.Of(full);
            if (Path.GetFileName(full) == ".git" || scope?.Ignores(path, type == FileType.Directory) == true)
            {
                continue;
            }

            if (type == FileType.Directory)
            {
                Walk(path + "/", scope);
                continue;
            }

            Add(path, ToNode(full, path, type, executable, size));
        }
    }

    private void Add(string path, SourceNode node)
    {
        _nodes.Add(path, node);
        if (_nodes.Count > _limits.Entries)
        {
            throw new RefusedException($"it has more than {_limits.Entries} files");
        }
    }

    private static SourceNode ToNode(string full, string path, FileType type, bool executable, long size) => type switch
    {
        FileType.Regular => new(EntryKind.File, SourceArchive.FixedMtime, File: new(size, executable, () => File.OpenRead(full))),
        FileType.Symlink => new(EntryKind.Symlink, SourceArchive.FixedMtime, Target: Target(full, path)),
        FileType.NamedPipe => throw RefusedException.Entry(path, "is a named pipe"),
        FileType.Socket => throw RefusedException.Entry(path, "is a socket"),
        _ => throw RefusedException.Entry(path, "is a device node"),
    };

    private static string Target(string full, string path)
    {
        var target = new FileInfo(full).LinkTarget ?? throw RefusedException.Entry(path, "changed while it was read");
        return target.StartsWith('/') ? throw RefusedException.Entry(path, $"is a symbolic link to the absolute path '{target}'") : target;
    }
}
