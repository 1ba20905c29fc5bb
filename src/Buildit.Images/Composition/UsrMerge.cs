using Buildit.Core.Trees;

namespace Buildit.Images.Composition;

/// <summary>Debian's merged /usr: <c>/bin</c>, <c>/sbin</c>, <c>/lib</c> and <c>/lib64</c> are links into it.</summary>
internal static class UsrMerge
{
    internal static readonly string[] Links = ["bin", "lib", "lib64", "sbin"];

    /// <summary>Where an entry is once the links are followed: <c>bin/x</c> is <c>usr/bin/x</c>, and a directory <c>bin</c> is <c>usr/bin</c>.</summary>
    internal static TreeEntry Fold(TreeEntry entry)
    {
        var slash = entry.Path.IndexOf('/', StringComparison.Ordinal);
        var isBelow = slash > 0 && Links.Contains(entry.Path[..slash]);
        var isOne = entry.Kind == EntryKind.Directory && Links.Contains(entry.Path);
        return isBelow || isOne ? entry with { Path = "usr/" + entry.Path } : entry;
    }

    internal static TreeEntry Link(string name) => new(name, EntryKind.Symlink) { Target = "usr/" + name };
}
