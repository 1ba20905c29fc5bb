using System.Formats.Tar;
using Buildit.Core;
using Buildit.Core.Trees;
using Buildit.Store.Files;
using Buildit.Store.Native;

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
            using (var reader = new TarReader(tar, leaveOpen: true))
            {
                while (reader.GetNextEntry() is { } entry)
                {
                    cancel.ThrowIfCancellationRequested();
                    Place(entry, writers);
                }
            }

            tar.CopyTo(Stream.Null);
            return Tree.Create([.. _entries.Select(WithContent)], _mtime ?? 0);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or PathTooLongException)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    private void Place(TarEntry tarEntry, FileWriters writers)
    {
        var path = tarEntry.EntryType == TarEntryType.Directory ? tarEntry.Name.TrimEnd('/') : tarEntry.Name;
        if (!TreePath.IsClean(path) || _made.GetValueOrDefault(TreePath.Parent(path), EntryKind.File) != EntryKind.Directory)
        {
            throw new InvalidDataException($"the path '{path}' cannot be in an output");
        }

        var entry = new TreeEntry(path, KindOf(tarEntry)) { Mode = (int)tarEntry.Mode, Uid = tarEntry.Uid, Gid = tarEntry.Gid };
        if (!_made.TryAdd(path, entry.Kind))
        {
            throw new InvalidDataException($"'{path}' is there twice");
        }

        var time = tarEntry.ModificationTime.ToUnixTimeSeconds();
        if ((_mtime ??= time) != time)
        {
            throw new InvalidDataException($"'{path}' has a time of its own");
        }

        _entries.Add(Write(entry, tarEntry, Path.Combine(directory, path), writers));
    }

    private TreeEntry Write(TreeEntry entry, TarEntry tarEntry, string place, FileWriters writers)
    {
        switch (entry.Kind)
        {
            case EntryKind.Directory:
                Directory.CreateDirectory(place);
                return entry;
            case EntryKind.Symlink:
                File.CreateSymbolicLink(place, tarEntry.LinkName);
                return entry with { Target = tarEntry.LinkName };
            case EntryKind.HardLink:
                if (_made.GetValueOrDefault(tarEntry.LinkName, EntryKind.Directory) != EntryKind.File)
                {
                    throw new InvalidDataException($"the hard link '{entry.Path}' names '{tarEntry.LinkName}', which is no file before it");
                }

                ContentOf(tarEntry.LinkName);
                HardLink.Create(Path.Combine(directory, tarEntry.LinkName), place);
                return entry with { Target = tarEntry.LinkName };
            case EntryKind.File when tarEntry.Length <= FileWriters.MostBytes:
                _written[entry.Path] = writers.Add(place, entry.IsExecutable, tarEntry.DataStream ?? Stream.Null, (int)tarEntry.Length, _mtime);
                return entry with { Size = tarEntry.Length };
            default:
                var size = tarEntry.Length;
                return entry with { Size = size, Content = NewFile.Write(place, entry.IsExecutable, tarEntry.DataStream ?? Stream.Null, _mtime) };
        }
    }

    /// <summary>Waits until a file is there; null if it was not left to others.</summary>
    private Digest? ContentOf(string path) => _written.TryGetValue(path, out var writing) ? writing.GetAwaiter().GetResult() : null;

    private TreeEntry WithContent(TreeEntry entry) => ContentOf(entry.Path) is { } content ? entry with { Content = content } : entry;

    private static EntryKind KindOf(TarEntry entry) => entry.EntryType switch
    {
        TarEntryType.Directory => EntryKind.Directory,
        TarEntryType.RegularFile => EntryKind.File,
        TarEntryType.SymbolicLink => EntryKind.Symlink,
        TarEntryType.HardLink => EntryKind.HardLink,
        var type => throw new InvalidDataException($"'{entry.Name}' is of type '{(char)type}', which no output can have"),
    };
}
