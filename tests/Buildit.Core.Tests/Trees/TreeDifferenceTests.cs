using Buildit.Core.Trees;

namespace Buildit.Core.Tests.Trees;

public class TreeDifferenceTests
{
    private static readonly TreeEntry A = new("d/a", EntryKind.File) { Size = 1, Content = Digest.Of("a") };
    private static readonly TreeEntry B = new("d/b", EntryKind.Symlink) { Target = "a" };

    [Fact]
    public void Equal_trees_differ_nowhere() => Assert.Empty(TreeDifference.Between(Tree.Create([A, B], 5), Tree.Create([B, A], 5)));

    [Fact]
    public void Added_and_removed_paths_are_told_with_their_directories()
    {
        var differences = TreeDifference.Between(Tree.Create([A], 5), Tree.Create([A, B, new("e/c", EntryKind.File)], 5));
        Assert.Equal(["d/b added", "e added", "e/c added"], differences.Select(Print));
        Assert.Equal(["d/b removed", "e removed", "e/c removed"], TreeDifference.Between(Tree.Create([A, B, new("e/c", EntryKind.File)], 5), Tree.Create([A], 5)).Select(Print));
    }

    [Fact]
    public void Each_attribute_is_told_by_its_name()
    {
        Assert.Equal("d/a content, size", Print(A, A with { Size = 2, Content = Digest.Of("ab") }));
        Assert.Equal("d/a content", Print(A, A with { Content = Digest.Of("b") }));
        Assert.Equal("d/a mode", Print(A, A with { Mode = 0x1ED }));
        Assert.Equal("d/a owner", Print(A, A with { Gid = 7 }));
        Assert.Equal("d/b target", Print(B, B with { Target = "c" }));
        Assert.Equal("d/a kind", Print(A, new("d/a", EntryKind.Directory)));
    }

    private static string Print(TreeEntry expected, TreeEntry actual) => Print(Assert.Single(TreeDifference.Between(Tree.Create([expected], 5), Tree.Create([actual], 5))));

    private static string Print(PathDifference d) => $"{d.Path} {string.Join(", ", d.Changes)}";
}
