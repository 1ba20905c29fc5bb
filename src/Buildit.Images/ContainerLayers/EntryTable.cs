using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Images.ContainerLayers;

/// <summary>Collects what the steps ask for, in their order: a later step may replace a file of an earlier one, but not a directory by a file or the other way round.</summary>
internal sealed class EntryTable(DiagnosticBag bag)
{
    private readonly SortedDictionary<string, ContainerEntry> _entries = new(PathOrder.Instance);

    internal void Add(ContainerEntry added)
    {
        var path = added.Entry.Path;
        if (_entries.TryGetValue(path, out var earlier))
        {
            if ((earlier.Entry.Kind == EntryKind.Directory) != (added.Entry.Kind == EntryKind.Directory))
            {
                Refuse(added.Span, path, earlier, added.Entry.Kind);
                return;
            }

            if (added.Entry.Kind == EntryKind.Directory && !added.IsDeclared)
            {
                return;
            }
        }

        _entries[path] = added;
    }

    /// <summary>All entries, after a check that what is used as a directory is one.</summary>
    internal ContainerFiles Finish()
    {
        foreach (var entry in _entries.Values)
        {
            for (var parent = TreePath.Parent(entry.Entry.Path); parent.Length > 0; parent = TreePath.Parent(parent))
            {
                if (_entries.TryGetValue(parent, out var other) && other.Entry.Kind != EntryKind.Directory)
                {
                    bag.Error(entry.Span, $"'/{entry.Entry.Path}' would be below '/{parent}', which the step at {other.Span} makes a {Word(other.Entry.Kind)}");
                }
            }
        }

        return new([.. _entries.Values]);
    }

    private void Refuse(SourceSpan span, string path, ContainerEntry earlier, EntryKind kind) => bag.Error(
        span,
        $"'/{path}' would be a {Word(kind)} here and is a {Word(earlier.Entry.Kind)} by the step at {earlier.Span}",
        earlier.Entry.Kind == EntryKind.Directory ? $"to put the file into the directory, write `dest: /{path}/`" : null);

    private static string Word(EntryKind kind) => kind switch { EntryKind.Directory => "directory", EntryKind.Symlink => "symbolic link", _ => "file" };
}
