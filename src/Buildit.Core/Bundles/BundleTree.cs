using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Core.Bundles;

/// <summary>Which trees a bundle can hold: those that can be unpacked anywhere without touching anything else.</summary>
public static class BundleTree
{
    private const int Plain = 0x1A4;        // 0644
    private const int Executable = 0x1ED;   // 0755
    private const int Link = 0x1FF;         // 0777

    /// <summary>Reads a list. Throws <see cref="FormatException"/>, in words for people, if it is none, or if something in it must not be unpacked.</summary>
    public static Tree Read(string text)
    {
        var tree = Tree.Parse(text);
        Tree clean;
        try
        {
            // Clean paths, each once, none below a link or file.
            clean = Tree.Create(tree.Entries, tree.Mtime);
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }

        if (!clean.Entries.SequenceEqual(tree.Entries))
        {
            throw new FormatException("its list is not sorted, or lacks a directory");
        }

        return tree.Entries.Select(e => (e.Path, Reason: Objection(e))).FirstOrDefault(o => o.Reason is not null) is (var path, { } reason) ? throw new FormatException($"'{VisibleText.Of(path)}' {reason}") : tree;
    }

    /// <summary>Why an entry cannot be in a bundle; null if it can.</summary>
    public static string? Objection(TreeEntry entry) =>
        entry.Path is BundleLayout.Statement or BundleLayout.List ? "is a name that only the bundle itself can have"
        : entry.Path.Any(char.IsControl) ? "has a control character in its name"
        : (entry.Uid, entry.Gid) != (0, 0) || entry.Size < 0 ? "has an owner or a size that it cannot have"
        : entry.Kind switch
        {
            EntryKind.Directory => entry.Mode == Executable ? null : "is a directory with unusual permissions",
            EntryKind.File => entry.Mode is Plain or Executable ? null : "is a file with unusual permissions",
            EntryKind.Symlink when entry.Mode == Link => IsSafe(entry) ? null : $"is a link to '{VisibleText.Of(entry.Target!)}', which leads out of the bundle",
            _ => "is neither a file nor a directory nor a symbolic link",
        };

    // With '..' at its beginning only, a link leads where its text says, whatever links it goes through: each of those stays inside by itself.
    private static bool IsSafe(TreeEntry link) =>
        !link.Target!.StartsWith('/') && TreePath.StaysInside(link.Path, link.Target) && !link.Target.Split('/').SkipWhile(p => p == "..").Contains("..") && !link.Target.Any(char.IsControl);
}
