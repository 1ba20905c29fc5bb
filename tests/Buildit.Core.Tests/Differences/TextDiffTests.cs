using Buildit.Core.Differences;

namespace Buildit.Core.Tests.Differences;

public class TextDiffTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("a\n", "a\n", "")]
    [InlineData("a", "b", "-a|+b")]
    [InlineData("a\nb\nc\n", "a\nB\nc\n", " a|-b|+B| c")]
    [InlineData("a\nb\n", "b\na\n", "-a| b|+a")]
    [InlineData("a", "a\n", "-a|\\ no line end|+a")]
    [InlineData("a\nb", "a\nc", " a|-b|+c")]
    [InlineData("", "a\n", "+a")]
    [InlineData("a\n", "", "-a")]
    [InlineData("make install", "make  install", "-make install|+make  install")]
    [InlineData("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\nX\n", "@@ -7,3 +7,3 @@| 7| 8|-9|+X")]
    [InlineData("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "X\n2\n3\n4\n5\n6\n7\n8\n", "@@ -1,3 +1,3 @@|-1|+X| 2| 3|@@ -7,3 +7,2 @@| 7| 8|-9")]
    [InlineData("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\nnew\n6\n7\n8\n9\n", "@@ -4,4 +4,5 @@| 4| 5|+new| 6| 7")]
    public void As_a_unified_diff(string old, string now, string lines) => Assert.Equal(lines, string.Join('|', TextDiff.Unified(old, now)));

    [Fact]
    public void An_excerpt_is_cut_where_it_is_long_and_says_so()
    {
        var diff = TextDiff.Excerpt("", string.Concat(Enumerable.Repeat("x\n", 1000)));
        Assert.Equal(("+x", "... 976 more lines", 25), (diff[0], diff[^1], diff.Length));
        Assert.Equal<string>(["+" + new string('y', 159) + "..."], TextDiff.Excerpt("", new string('y', 5000) + "\n"));
        Assert.Empty(TextDiff.Excerpt("a\n", "a\n"));
    }

    [Fact]
    public void An_excerpt_has_nothing_that_a_terminal_would_obey() => Assert.Equal<string>(["+\u241B[2J"], TextDiff.Excerpt("", "\u001b[2J\n"));

    [Fact]
    public void Huge_texts_are_compared_without_huge_tables() =>
        Assert.StartsWith("... ", TextDiff.Excerpt(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i}\n")), string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i + 7}x\n")))[^1], StringComparison.Ordinal);

    [Fact]
    public void A_diff_gives_one_text_from_the_other()
    {
        // Every pair of short texts of two kinds of lines.
        var texts = Enumerable.Range(0, 6).SelectMany(n => Enumerable.Range(0, 1 << n).Select(bits => string.Concat(Enumerable.Range(0, n).Select(i => (bits >> i) % 2 == 0 ? "a\n" : "b\n")))).ToArray();
        foreach (var old in texts)
        {
            foreach (var now in texts)
            {
                var pairs = Alignment.Of(old.Split('\n'), now.Split('\n'));
                Assert.Equal(Enumerable.Range(0, old.Split('\n').Length), pairs.Where(p => p.Old >= 0).Select(p => p.Old));
                Assert.Equal(Enumerable.Range(0, now.Split('\n').Length), pairs.Where(p => p.New >= 0).Select(p => p.New));
                Assert.All(pairs.Where(p => p is { Old: >= 0, New: >= 0 }), p => Assert.Equal(old.Split('\n')[p.Old], now.Split('\n')[p.New]));
            }
        }
    }

    [Fact]
    public void Lists_too_long_to_be_compared_element_by_element_are_taken_as_all_different_but_for_their_ends()
    {
        var old = Enumerable.Range(0, 5000).ToArray();
        var now = Enumerable.Range(0, 5000).Select(i => i is 0 or 4999 ? i : -i).ToArray();
        var pairs = Alignment.Of(old, now);
        Assert.Equal(2, pairs.Count(p => p is { Old: >= 0, New: >= 0 }));
        Assert.Equal(9998, pairs.Length);
    }
}
