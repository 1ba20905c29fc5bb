using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.ContainerLayers;

namespace Buildit.Images.Composition;

/// <summary>
/// Lays the container's own files over the packages': files and links may replace files and links, directories stay directories. Adds what every root needs.
/// </summary>
internal sealed class ContainerMerger(SortedDictionary<string, RootEntry> root, long mtime, DiagnosticBag bag)
{
    /// <summary>Mount points and directories that every program may count on.</summary>
    private static readonly TreeEntry[] BaseDirectories =
    [
        new("dev", EntryKind.Directory),
        new("etc", EntryKind.Directory),
        new("proc", EntryKind.Directory),
        new("root", EntryKind.Directory) { Mode = 0x1C0 },  // 0700
        new("run", EntryKind.Directory),
        new("sys", EntryKind.Directory),
        new("tmp", EntryKind.Directory) { Mode = 0x3FF },   // 1777
        new("var", EntryKind.Directory),
    ];

    internal void Merge(ContainerFiles files)
    {
        var isMerged = root.Values.Any(e => e.Part is not null && e.Entry.Path.StartsWith("usr/", StringComparison.Ordinal));
        foreach (var entry in files.Entries)
        {
            Add(isMerged ? entry with { Entry = UsrMerge.Fold(entry.Entry) } : entry);
        }

        foreach (var directory in BaseDirectories)
        {
            root.TryAdd(directory.Path, Own(directory));
        }

        if (isMerged)
        {
            AddUsrLinks();
        }
    }

    private void AddUsrLinks()
    {
        foreach (var name in UsrMerge.Links.Where(name => root.ContainsKey("usr/" + name)))
        {
            if (root.TryAdd(name, Own(UsrMerge.Link(name))) || (root[name].Entry is { Kind: EntryKind.Symlink } link && link.Target!.TrimStart('/') == "usr/" + name) || root[name].Part?.IsBase == true)
            {
                continue;
            }

            bag.Error(null, $"'/{name}' comes from '{root[name].Owner}', but must be a link to '/usr/{name}'", $"install to '/usr/{name}' instead");
        }
    }

    private void Add(ContainerEntry added)
    {
        var path = added.Entry.Path;
        if (!AddParents(added))
        {
            return;
        }

        var isDirectory = added.Entry.Kind == EntryKind.Directory;
        if (!root.TryGetValue(path, out var earlier))
        {
            root[path] = Own(added.Entry, added.Open);
        }
        else if (isDirectory != (earlier.Entry.Kind == EntryKind.Directory))
        {
            bag.Error(added.Span, $"'/{path}' is a {Word(earlier.Entry)} of '{earlier.Owner}' and cannot become a {Word(added.Entry)}", Hint(path, earlier.Entry));
        }
        else if (!isDirectory || added.IsDeclared)
        {
            root[path] = Own(added.Entry, added.Open);
        }
    }

    /// <summary>Makes the directories above; false if something else is in their place.</summary>
    private bool AddParents(ContainerEntry added)
    {
        for (var parent = TreePath.Parent(added.Entry.Path); parent.Length > 0; parent = TreePath.Parent(parent))
        {
            if (!root.TryGetValue(parent, out var there))
            {
                root[parent] = Own(new(parent, EntryKind.Directory));
            }
            else if (there.Entry.Kind != EntryKind.Directory)
            {
                var below = added.Entry.Path[parent.Length..];
                bag.Error(
                    added.Span,
                    $"'/{added.Entry.Path}' would be below '/{parent}', which is a {Word(there.Entry)} of '{there.Owner}'",
                    there.Entry is { Kind: EntryKind.Symlink, Target: { } target } ? $"write the path that the link stands for: '{target}{below}'" : null);
                return false;
            }
        }

        return true;
    }

    private RootEntry Own(TreeEntry entry, Func<Stream>? open = null) => new(entry, null, mtime, open ?? (() => Stream.Null));

    private static string? Hint(string path, TreeEntry earlier) => earlier switch
    {
        { Kind: EntryKind.Directory } => $"to put something into the directory, end the destination with a slash: '/{path}/'",
        { Kind: EntryKind.Symlink, Target: { } target } => $"write the path that the link stands for: '{target}'",
        _ => null,
    };

    private static string Word(TreeEntry entry) => entry.Kind switch
    {
        EntryKind.Directory => "directory",
        EntryKind.Symlink => $"symbolic link to '{entry.Target}'",
        _ => "file",
    };
}
