using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Images.Composition;

/// <summary>
/// Puts package outputs into one root. Two packages may share directories and files that are the same in everything; else it is a conflict, told once for
/// each pair of packages. What the base image has gives way to them, but a directory stays a directory.
/// </summary>
internal sealed class PartMerger
{
    private const int ShownPaths = 10;
    private readonly SortedDictionary<string, RootEntry> _entries = new(PathOrder.Instance);
    private readonly List<(RootEntry First, RootEntry Second)> _conflicts = [];

    internal static SortedDictionary<string, RootEntry> Merge(IEnumerable<ImagePart> parts, DiagnosticBag bag)
    {
        var merger = new PartMerger();
        foreach (var part in parts)
        {
            merger.Add(part);
        }

        merger.Report(bag);
        return merger._entries;
    }

    private void Add(ImagePart part)
    {
        // A hard link is a file here; links are found again at the end (HardLinks), as a part of them may be hidden by then.
        var files = part.Tree.Tree.Entries.Where(e => e.Kind == EntryKind.File).ToDictionary(e => e.Path, StringComparer.Ordinal);
        foreach (var entry in part.Tree.Tree.Entries)
        {
            var source = entry.Kind == EntryKind.HardLink ? files[entry.Target!] : entry;
            var added = new RootEntry(source with { Path = entry.Path }, part, part.Tree.Tree.Mtime, () => part.Tree.Open(source));
            if (!_entries.TryGetValue(entry.Path, out var earlier))
            {
                _entries.Add(entry.Path, added);
            }
            else if (Unite(earlier, added) is { } united)
            {
                _entries[entry.Path] = united;
            }
            else
            {
                _conflicts.Add((earlier, added));
            }
        }
    }

    /// <summary>What is there when both are; null if they contradict each other. A directory that nobody cared about takes the attributes of one that somebody did.</summary>
    private static RootEntry? Unite(RootEntry earlier, RootEntry added)
    {
        if (earlier.Entry == added.Entry)
        {
            return earlier;
        }

        var areDirectories = earlier.Entry.Kind == EntryKind.Directory && added.Entry.Kind == EntryKind.Directory;
        if (areDirectories && IsPlain(added.Entry))
        {
            return earlier;
        }

        var isReplaced = earlier.Part!.IsBase && (earlier.Entry.Kind == EntryKind.Directory) == (added.Entry.Kind == EntryKind.Directory);
        return isReplaced || (areDirectories && IsPlain(earlier.Entry)) ? added : null;
    }

    private static bool IsPlain(TreeEntry directory) => directory == new TreeEntry(directory.Path, EntryKind.Directory);

    private void Report(DiagnosticBag bag)
    {
        foreach (var pair in _conflicts.GroupBy(c => (First: Name(c.First, c.Second), Second: Name(c.Second, c.First))))
        {
            var (first, second) = pair.First();
            var more = pair.Skip(1).Select(c => "/" + c.First.Entry.Path).ToArray();
            bag.Add(new($"'{pair.Key.First}' and '{pair.Key.Second}' both have '/{first.Entry.Path}', {Difference(first.Entry, second.Entry)}", Hint: Hint(first, second))
            {
                Detail = more.Length == 0 ? null : $"also: {string.Join(", ", more.Take(ShownPaths))}{(more.Length > ShownPaths ? $", and {more.Length - ShownPaths} more" : "")}",
            });
        }
    }

    private static string Name(RootEntry entry, RootEntry other) => entry.Part!.Package == other.Part!.Package ? entry.Part.ToString() : entry.Part.Package;

    private static string Difference(TreeEntry a, TreeEntry b) => (a, b) switch
    {
        _ when a.Kind != b.Kind => $"as a {Word(a)} and as a {Word(b)}",
        _ when a.Content != b.Content => "with different content",
        _ when a.Target != b.Target => $"as a link to '{a.Target}' and to '{b.Target}'",
        _ when a.Capabilities != b.Capabilities => $"with capabilities '{a.Capabilities}' and '{b.Capabilities}'",
        _ => FormattableString.Invariant($"with mode {Octal(a)} owner {a.Uid}:{a.Gid} and with mode {Octal(b)} owner {b.Uid}:{b.Gid}"),
    };

    private static string Octal(TreeEntry entry) => "0" + Convert.ToString(entry.Mode, 8);

    private static string Hint(RootEntry first, RootEntry second)
    {
        var (link, directory) = first.Entry.Kind == EntryKind.Symlink ? (first, second) : (second, first);
        return link.Entry.Kind == EntryKind.Symlink && directory.Entry.Kind == EntryKind.Directory
            ? $"let '{directory.Owner}' install to where the link points: '{link.Entry.Target}'"
            : first.Part!.IsBase ? "a file cannot be put in place of a directory of the base image, nor a directory in place of a file"
            : "leave one of them out, or let one recipe say `replaces:` with the other's name";
    }

    private static string Word(TreeEntry entry) => entry.Kind switch
    {
        EntryKind.Directory => "directory",
        EntryKind.Symlink => $"symbolic link to '{entry.Target}'",
        _ => "file",
    };
}
