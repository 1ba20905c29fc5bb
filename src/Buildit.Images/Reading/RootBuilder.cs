using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Archives;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Store.Archives;

namespace Buildit.Images.Reading;

/// <summary>Lays the layers of an image over each other ("OCI Image Layer Filesystem Changeset"): later files win, whiteouts remove earlier ones.</summary>
public sealed class RootBuilder
{
    private const string Whiteout = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";
    private readonly SortedDictionary<string, ListedFile> _files = new(PathOrder.Instance);

    /// <summary>Adds a layer on top.</summary>
    public void Add(IReadOnlyList<ListedFile> layer)
    {
        var marks = layer.ToLookup(f => TreePath.Name(f.Entry.Path).StartsWith(Whiteout, StringComparison.Ordinal));
        Remove(layer, marks[true].Select(f => f.Entry.Path));
        Put(marks[false]);
    }

    /// <summary>Adds files as they are: there are formats without whiteouts.</summary>
    public void Put(IEnumerable<ListedFile> files)
    {
        foreach (var file in files)
        {
            _files[file.Entry.Path] = file;
        }
    }

    /// <summary>
    /// Throws <see cref="BuilditException"/> for a path that leads through a link or another file: whoever unpacks it would write where that leads, out of the root.
    /// A further name must be one of a file that is there.
    /// </summary>
    public void Check()
    {
        foreach (var (path, file) in _files)
        {
            if (Above(path).FirstOrDefault(d => _files.TryGetValue(d, out var above) && above.Entry.Kind != EntryKind.Directory) is { } directory)
            {
                throw Refused(path, $"leads through '{VisibleText.Of(directory)}', which is no directory");
            }

            if (file.Entry.Kind == EntryKind.HardLink && !(_files.TryGetValue(file.Entry.Target!, out var target) && target.Entry.Kind == EntryKind.File))
            {
                throw Refused(path, $"is a further name of '{VisibleText.Of(file.Entry.Target!)}', which is no file in it");
            }
        }
    }

    private static BuilditException Refused(string path, string why) => new(ExitCode.InvalidInput, $"the image is refused: its entry '{VisibleText.Of(path)}' {why}");

    /// <summary>Whiteouts mean what is below the layer, wherever they stand in it; and nothing is left in a directory that is none any more.</summary>
    private void Remove(IReadOnlyList<ListedFile> layer, IEnumerable<string> whiteouts)
    {
        var (gone, emptied) = (new HashSet<string>(StringComparer.Ordinal), layer.Where(f => f.Entry.Kind != EntryKind.Directory).Select(f => f.Entry.Path).ToHashSet(StringComparer.Ordinal));
        foreach (var path in whiteouts)
        {
            var (directory, name) = (TreePath.Parent(path), TreePath.Name(path));
            _ = name == OpaqueWhiteout ? emptied.Add(directory) : gone.Add(Join(directory, name[Whiteout.Length..]));
        }

        foreach (var path in _files.Keys.Where(p => gone.Contains(p) || Above(p).Any(d => gone.Contains(d) || emptied.Contains(d))).ToArray())
        {
            _files.Remove(path);
        }
    }

    /// <summary>All directories that a path is in, the root included.</summary>
    private static IEnumerable<string> Above(string path)
    {
        while (path.Length > 0)
        {
            path = TreePath.Parent(path);
            yield return path;
        }
    }

    /// <summary>What is there in the end, by path.</summary>
    public ImmutableArray<TreeEntry> Entries => [.. _files.Values.Select(f => f.Entry)];

    /// <summary>The same with what else is known of them.</summary>
    public ImmutableArray<ListedFile> Files => [.. _files.Values];

    /// <summary>Its ELF files.</summary>
    public ImmutableDictionary<string, ElfFile> Elves => _files.Values.Where(f => f.Elf is not null).ToImmutableDictionary(f => f.Entry.Path, f => f.Elf!, StringComparer.Ordinal);

    private static string Join(string directory, string name) => directory.Length == 0 ? name : directory + "/" + name;
}
