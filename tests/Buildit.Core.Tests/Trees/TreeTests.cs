using System.Text;
using Buildit.Core.Trees;

namespace Buildit.Core.Tests.Trees;

public class TreeTests
{
    [Fact]
    public void Reading_gives_what_was_printed_whatever_the_names_are()
    {
        string[] names = ["plain", "with space", " ", "line\nbreak", "back\\slash", "\\", "\\s", "\\n", "a -> b", "a with b", " -> ", "->", "é", "😀", "tab\there", "return\rhere"];
        var tree = Tree.Create(
            names.SelectMany(n => new TreeEntry[]
            {
                new("files/" + n, EntryKind.File) { Mode = 0x9ED, Uid = 5, Gid = 6, Size = 1L << 40, Content = Digest.Of(n) },
                new("programs/" + n, EntryKind.File) { Content = Digest.Of(n), Capabilities = FileCapabilities.TryParse("cap_chown=p cap_kill=i") },
                new("links/" + n, EntryKind.Symlink) { Target = n },
                new("more/" + n, EntryKind.HardLink) { Target = "files/" + n },
            }),
            1714521600);
        var read = Tree.Parse(tree.Print());
        Assert.Equal(tree.Entries.AsEnumerable(), read.Entries);
        Assert.Equal(tree.Mtime, read.Mtime);
        Assert.Equal(5 + (4 * names.Length) - 1, tree.Entries.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("something")]
    [InlineData("buildit-tree 1 mtime=")]
    [InlineData("buildit-tree 1 mtime=5\nf 644 0 0")]
    [InlineData("buildit-tree 1 mtime=5\nf 9 0 0 0 - x")]
    [InlineData("buildit-tree 1 mtime=5\nf 644 0 0 0 - x\\")]
    [InlineData("buildit-tree 1 mtime=5\nf 644 99999999999 0 0 - x")]
    [InlineData("buildit-tree 1 mtime=5\nf 644 0 0 0 - x with wings")]
    [InlineData("buildit-tree 1 mtime=5\nq 644 0 0 0 - x")]
    public void What_was_not_printed_is_refused(string text) => Assert.Throws<FormatException>(() => Tree.Parse(text));

    [Fact]
    public void Missing_directories_are_added_in_one_form()
    {
        var tree = Tree.Create([new("a/b/c", EntryKind.File)], 0);
        Assert.Equal([("a", EntryKind.Directory, 0x1ED), ("a/b", EntryKind.Directory, 0x1ED), ("a/b/c", EntryKind.File, 0x1A4)], tree.Entries.Select(e => (e.Path, e.Kind, e.Mode)));
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("../a", "b")]
    [InlineData("/a", "b")]
    [InlineData("a/../b", "b")]
    [InlineData("a", "a/b")]
    [InlineData("a", "a/b/c")]
    [InlineData("a/b", "a/b/c/d")]
    public void Paths_that_cannot_be_in_one_tree_are_refused(string one, string other) =>
        Assert.Throws<ArgumentException>(() => Tree.Create([new(one, EntryKind.Symlink) { Target = "/etc" }, new(other, EntryKind.File)], 0));

    [Fact]
    public void Paths_are_ordered_as_their_bytes_are()
    {
        string[] paths = ["a", "a/b", "a-b", "a.b", "ab", "A", "é", "z", "\uFFFD", "\uE000", "😀", "𐀀", "\uD7FF", "a\uFFFD", "a😀", "", "a\u0001"];
        var byBytes = paths.OrderBy(p => Convert.ToHexString(Encoding.UTF8.GetBytes(p)), StringComparer.Ordinal);
        Assert.Equal(byBytes, paths.OrderBy(p => p, PathOrder.Instance));
        Assert.All(paths, a => Assert.All(paths, b => Assert.Equal(
            Math.Sign(Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b))), Math.Sign(PathOrder.Instance.Compare(a, b)))));
    }
}
