using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Buildit.Build.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Recipes;
using Buildit.Core.Trees;
using Buildit.Store.Sources;

namespace Buildit.Build.Outputs;

/// <summary>
/// Turns what a build installed into outputs: every path goes to one of runtime, dev, doc and debug; modes are normalised to 0755 and 0644 and owners to 0:0
/// except where the recipe declares them; links and files that the recipe adds come in.
/// </summary>
public sealed class OutputCollector(ResolvedRecipe recipe, string installed, string workDirectory, long sourceDate)
{
    private readonly Dictionary<string, Dictionary<string, TreeEntry>> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Output, string Group), string> _linkGroups = [];
    private readonly HashSet<string> _leaves = new(StringComparer.Ordinal);
    private readonly HashSet<string> _reached = new(StringComparer.Ordinal);
    private readonly DiagnosticBag _bag = new();
    private readonly ImmutableArray<(string Output, Regex Glob)> _include = [.. recipe.Outputs.Include.SelectMany(o => o.Value.Select(g => (o.Key, PathGlob.Compile(g))))];
    private readonly ImmutableArray<Regex> _exclude = [.. recipe.Outputs.Exclude.Select(PathGlob.Compile)];

    /// <summary>Output name -> its tree and the directory with its files, for every output that is not empty. Throws what is wrong with what was installed.</summary>
    public ImmutableSortedDictionary<string, (Tree Tree, string Directory)> Collect(IReadOnlyList<ManifestEntry> manifest)
    {
        Untrusted.RequireDirectory(installed, "$OUTPUT");
        foreach (var entry in manifest)
        {
            Take(entry);
        }

        AddDeclared();
        CheckPermissions(manifest);
        if (_entries.Count == 0 && !_bag.HasErrors)
        {
            _bag.Add(new($"'{recipe.Name}-{recipe.Version}' installed nothing", Hint: "the install phase must install below \"$OUTPUT\"") { Code = ExitCode.Failed });
        }

        CheckParents();
        _bag.ThrowIfErrors();
        PlaceDeclared();
        return _entries.ToImmutableSortedDictionary(o => o.Key, o => (Finish(o.Value), DirectoryOf(o.Key)), StringComparer.Ordinal);
    }

    private void Take(ManifestEntry entry)
    {
        if (_exclude.Any(g => g.IsMatch("/" + entry.Path)))
        {
            return;
        }

        if (entry.Path.Contains('\uFFFD', StringComparison.Ordinal))
        {
            Wrong(entry.Path, "has a name that is not UTF-8");
            return;
        }

        if (!IsReached(entry.Path))
        {
            Wrong(entry.Path, "is in the manifest, but not where it says");
            return;
        }

        switch (entry.Kind)
        {
            case 'd':
                // Directories come along with their files; only an empty one (that some engines leave out), or one with a declared mode, is content by itself.
                if (new DirectoryInfo(Path.Combine(installed, entry.Path)) is not { Exists: true } directory || !directory.EnumerateFileSystemInfos().Any() || recipe.Outputs.Permissions.ContainsKey("/" + entry.Path))
                {
                    Add(OutputOf(entry.Path, EntryKind.Directory), new(entry.Path, EntryKind.Directory));
                }

                break;
            case 'l':
                TakeLink(entry);
                break;
            case 'f':
                TakeFile(entry);
                break;
            default:
                Wrong(entry.Path, "is neither a file, a directory nor a link");
                break;
        }
    }

    /// <summary>Whether every directory on the way to a path is a real one of what was installed, so that no link leads out. Each is looked at once.</summary>
    private bool IsReached(string path)
    {
        var parent = TreePath.Parent(path);
        if (!TreePath.IsClean(path) || parent.Length == 0 || _reached.Contains(parent))
        {
            return TreePath.IsClean(path);
        }

        return IsReached(parent) && FileStatus.TypeOf(Path.Combine(installed, parent)) is null or FileType.Directory && _reached.Add(parent);
    }

    private void TakeLink(ManifestEntry entry)
    {
        var target = new FileInfo(Path.Combine(installed, entry.Path)).LinkTarget;
        if (target is null || !TreePath.StaysInside(entry.Path, target))
        {
            Wrong(entry.Path, $"is a link to '{target}', outside of the root");
            return;
        }

        Add(OutputOf(entry.Path, EntryKind.Symlink), new(entry.Path, EntryKind.Symlink) { Target = target });
    }

    private void TakeFile(ManifestEntry entry)
    {
        var output = OutputOf(entry.Path, EntryKind.File);
        if (entry.LinkGroup is { } group && _linkGroups.TryGetValue((output, group), out var first))
        {
            Add(output, new(entry.Path, EntryKind.HardLink) { Target = first, Mode = ModeOf(entry) });
            Move(entry.Path, output);
            return;
        }

        var file = Path.Combine(installed, entry.Path);
        if (!Untrusted.IsFile(file))
        {
            Wrong(entry.Path, "is in the manifest, but is not there");
            return;
        }

        using (var stream = File.OpenRead(file))
        {
            Add(output, new(entry.Path, EntryKind.File) { Mode = ModeOf(entry), Size = stream.Length, Content = Digest.Of(stream) });
        }

        if (entry.LinkGroup is not null)
        {
            _linkGroups.Add((output, entry.LinkGroup), entry.Path);
        }

        Move(entry.Path, output);
    }

    private void Move(string path, string output)
    {
        var place = Path.Combine(DirectoryOf(output), path);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Move(Path.Combine(installed, path), place);
    }

    /// <summary>Links and files that the recipe declares besides what its build installs.</summary>
    private void AddDeclared()
    {
        foreach (var (path, target) in recipe.Links)
        {
            Add("runtime", new(path.TrimStart('/'), EntryKind.Symlink) { Target = target });
        }

        foreach (var file in recipe.Files)
        {
            var path = file.Path.TrimStart('/');
            var size = new FileInfo(file.LocalPath).Length;
            Add("runtime", new(path, EntryKind.File) { Mode = file.Executable ? 0x1ED : 0x1A4, Size = size, Content = file.Digest });
        }
    }

    private void PlaceDeclared()
    {
        foreach (var file in recipe.Files)
        {
            LocalFile.Copy(file.LocalPath, Path.Combine(DirectoryOf("runtime"), file.Path.TrimStart('/')), file.Digest);
        }
    }

    private void Add(string output, TreeEntry entry)
    {
        if (entry.Kind != EntryKind.Directory && !_leaves.Add(entry.Path))
        {
            Wrong(entry.Path, "is declared by the recipe and installed by the build");
            return;
        }

        if (!_entries.TryGetValue(output, out var entries))
        {
            _entries.Add(output, entries = new(StringComparer.Ordinal));
        }

        if (!entries.TryAdd(entry.Path, Declared(entry)))
        {
            Wrong(entry.Path, "is declared by the recipe and installed by the build");
        }
    }

    /// <summary>A declared link may stand where the build installed a directory.</summary>
    private void CheckParents()
    {
        foreach (var path in _entries.Values.SelectMany(e => e.Keys))
        {
            for (var parent = TreePath.Parent(path); parent.Length > 0; parent = TreePath.Parent(parent))
            {
                if (_leaves.Contains(parent))
                {
                    Wrong(path, $"is installed below '/{parent}', which the recipe declares as a link or file");
                }
            }
        }
    }

    private TreeEntry Declared(TreeEntry entry) => recipe.Outputs.Permissions.TryGetValue("/" + entry.Path, out var p)
        ? entry with { Mode = p.Mode ?? entry.Mode, Uid = p.Uid ?? 0, Gid = p.Gid ?? 0, Capabilities = entry.Kind == EntryKind.File ? p.Capabilities : null }
        : entry;

    private void CheckPermissions(IReadOnlyList<ManifestEntry> manifest)
    {
        var known = manifest.Select(e => "/" + e.Path).Concat(recipe.Links.Keys).Concat(recipe.Files.Select(f => f.Path)).ToHashSet(StringComparer.Ordinal);
        foreach (var path in recipe.Outputs.Permissions.Keys.Where(p => !known.Contains(p)))
        {
            _bag.Add(new($"'{recipe.Name}' declares permissions for '{path}', which it does not install", Hint: Suggestion.Hint(path, known)) { Code = ExitCode.Failed });
        }
    }

    /// <summary>Adds the directories on the way with their declared modes, so that every output repeats them in the same form.</summary>
    private Tree Finish(Dictionary<string, TreeEntry> entries)
    {
        foreach (var path in entries.Keys.ToArray())
        {
            for (var parent = TreePath.Parent(path); parent.Length > 0 && entries.TryAdd(parent, Declared(new(parent, EntryKind.Directory))); parent = TreePath.Parent(parent))
            {
            }
        }

        return Tree.Create(entries.Values, sourceDate);
    }

    private string OutputOf(string path, EntryKind kind)
    {
        foreach (var (output, glob) in _include)
        {
            if (glob.IsMatch("/" + path))
            {
                return output;
            }
        }

        return OutputSplit.Classify(path, kind);
    }

    private string DirectoryOf(string output)
    {
        var directory = Path.Combine(workDirectory, output);
        Directory.CreateDirectory(directory);
        return directory;
    }

    private static int ModeOf(ManifestEntry entry) => (entry.Mode & 0x49) != 0 ? 0x1ED : 0x1A4;

    private void Wrong(string path, string what) =>
        _bag.Add(new(string.Create(CultureInfo.InvariantCulture, $"'{recipe.Name}-{recipe.Version}': '/{path}' {what}")) { Code = ExitCode.Failed });
}
