using Buildit.Core;
using Buildit.Core.Trees;
using Buildit.Store.Files;
using Buildit.Store.Native;
using Buildit.Store.Sources;

namespace Buildit.Store.Trees;

/// <summary>
/// Unpacks a canonical tar into a directory of its own. Whether the bytes are the right ones is known only at their end, so that nothing in them is believed: paths are clean
/// and below directories that were made here, nothing is followed, nothing is overwritten. What is no canonical tar throws <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class TreeUnpacker(string directory)
{
    // Content of files that are written while the next ones are read, by path.
    private readonly Dictionary<string, Task<Digest>> _written = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EntryKind> _made = new(StringComparer.Ordinal) { [""] = EntryKind.Directory };
    private readonly List<TreeEntry> _entries = [];
    private long? _mtime;

    /// <summary>Writes all files, read-only and with the tree's time, and gives the tree. Reads the stream to its end.</summary>
    public Tree Unpack(Stream tar, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory);
        try
        {
            using var writers = new FileWriters();
            foreach (var entry in new TarArchiveReader(tar).Read())
            {
                cancel.ThrowIfCancellationRequested();
                Place(entry, writers);
            }

            return Tree.Create([.. _entries.Select(WithContent)], _mtime ?? 0);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or PathTooLongException or RefusedException)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    private void Place(ArchiveEntry archived, FileWriters writers)
    {
        var path = archived.Kind == EntryKind.Directory ? archived.Name.TrimEnd('/') : archived.Name;
        if (!TreePath.IsClean(path) || _made.GetValueOrDefault(TreePath.Parent(path), EntryKind.File) != EntryKind.Directory)
        {
            throw new InvalidDataException($"the path '{path}' cannot be in an output");
        }

        if (archived.Uid < 0 || archived.Gid < 0)
        {
            throw new InvalidDataException($"'{path}' has an owner that is out of range");
        }

        var entry = new TreeEntry(path, archived.Kind) { Mode = archived.Mode, Uid = archived.Uid, Gid = archived.Gid, Capabilities = archived.Capabilities };
        if (!_made.TryAdd(path, entry.Kind))
        {
            throw new InvalidDataException($"'{path}' is there twice");
        }

        if ((_mtime ??= archived.Mtime) != archived.Mtime)
        {
            throw new InvalidDataException($"'{path}' has a time of its own");
        }

        _entries.Add(Write(entry, archived, Path.Combine(directory, path), writers));
    }

    private TreeEntry Write(TreeEntry entry, ArchiveEntry archived, string place, FileWriters writers)
    {
        switch (entry.Kind)
        {
            case EntryKind.Directory:
                Directory.CreateDirectory(place);
                return entry;
            case EntryKind.Symlink:
                File.CreateSymbolicLink(place, archived.Target!);
                return entry with { Target = archived.Target };
            case EntryKind.HardLink:
                if (_made.GetValueOrDefault(archived.Target!, EntryKind.Directory) != EntryKind.File)
                {
                    throw new InvalidDataException($"the hard link '{entry.Path}' names '{archived.Target}', which is no file before it");
                }

                ContentOf(archived.Target!);
                HardLink.Create(Path.Combine(directory, archived.Target!), place);
                return entry with { Target = archived.Target };
            case EntryKind.File when archived.Size <= FileWriters.MostBytes:
                _written[entry.Path] = writers.Add(place, entry.IsExecutable, archived.Content!, (int)archived.Size, _mtime);
                return entry with { Size = archived.Size };
            default:
                return entry with { Size = archived.Size, Content = NewFile.Write(place, entry.IsExecutable, archived.Content!, _mtime) };
        }
    }

    /// <summary>Waits until a file is there; null if it was not left to others.</summary>
    private Digest? ContentOf(string path) => _written.TryGetValue(path, out var writing) ? writing.GetAwaiter().GetResult() : null;

    private TreeEntry WithContent(TreeEntry entry) => ContentOf(entry.Path) is { } content ? entry with { Content = content } : entry;
}
