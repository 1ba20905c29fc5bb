using Buildit.Core.Verification;

namespace Buildit.Core.Tests.Verification;

public class TextDiffTests
{
    [Fact]
    public void Equal_texts_have_no_diff() => Assert.Empty(TextDiff.Unified("a\nb\n", "a\nb\n"));

    [Fact]
    public void A_changed_line_stands_between_its_neighbours() =>
        Assert.Equal<string>(["@@ -2 +2 @@", " 2", " 3", "-4", "+four", " 5", " 6"], TextDiff.Unified("1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\nfour\n5\n6\n7\n"));

    [Fact]
    public void Places_far_apart_are_hunks_of_their_own()
    {
        string[] lines = [.. Enumerable.Range(1, 20).Select(i => $"{i}")];
        var expected = string.Join('\n', lines) + "\n";
        var actual = expected.Replace("\n2\n", "\ntwo\nmore\n", StringComparison.Ordinal).Replace("\n19\n", "\n", StringComparison.Ordinal);
        Assert.Equal<string>(["@@ -1 +1 @@", " 1", "-2", "+two", "+more", " 3", " 4", "@@ -17 +18 @@", " 17", " 18", "-19", " 20"], TextDiff.Unified(expected, actual));
    }

    [Fact]
    public void A_last_line_without_end_is_told() =>
        Assert.Equal<string>(["@@ -1 +1 @@", " a", "+\\ No newline at end of file"], TextDiff.Unified("a\n", "a"));

    [Fact]
    public void What_is_long_is_cut_and_says_so()
    {
        var diff = TextDiff.Unified("", string.Concat(Enumerable.Repeat("x\n", 1000)));
        Assert.Equal("... 977 more lines", diff[^1]);
        Assert.Equal("+" + new string('y', 159) + "...", TextDiff.Unified("", new string('y', 5000) + "\n")[1]);
    }

    [Fact]
    public void Huge_texts_are_compared_without_huge_tables()
    {
        var expected = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i}\n"));
        var actual = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i + 7}x\n"));
        Assert.StartsWith("... ", TextDiff.Unified(expected, actual)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_that_a_terminal_would_obey_is_printed() => Assert.Equal<string>(["@@ -1 +1 @@", "+?[2J"], TextDiff.Unified("", "\u001b[2J\n"));
}
