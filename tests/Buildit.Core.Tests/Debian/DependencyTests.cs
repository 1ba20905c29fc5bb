using Buildit.Core.Debian;

namespace Buildit.Core.Tests.Debian;

public class DependencyTests
{
    [Fact]
    public void A_field_with_everything_in_it_is_read()
    {
        var all = Dependency.ParseList("a (>= 1:2-3) | b [amd64 arm64] <!nocheck>, c:any,\n d(<<2)", "amd64");

        Assert.Equal(["a (>= 1:2-3) | b", "c:any", "d (<< 2)"], all.Select(d => d.ToString()));
        Assert.Equal("any", all[1].Alternatives[0].Qualifier);
    }

    [Theory]
    [InlineData("a [i386]", "")]
    [InlineData("a [!i386]", "a")]
    [InlineData("a [!amd64]", "")]
    [InlineData("a [linux-any]", "a")]
    [InlineData("a [i386] | b", "b")]
    [InlineData("a <nocheck>", "")]
    [InlineData("a <!nocheck>", "a")]
    [InlineData("a <!nocheck !cross> <stage1>", "a")]
    [InlineData("a <!nocheck stage1>", "")]
    public void What_does_not_apply_here_is_gone(string field, string expected) =>
        Assert.Equal(expected, string.Join(", ", Dependency.ParseList(field, "amd64")));

    [Theory]
    [InlineData("(>= 1)")]
    [InlineData("a (>= )")]
    [InlineData("a (>= 1")]
    [InlineData("a (=> 1)")]
    [InlineData("a |")]
    [InlineData("a b")]
    [InlineData("../x")]
    public void Nonsense_is_refused(string field) => Assert.Throws<FormatException>(() => Dependency.ParseList(field, "amd64"));

    [Theory]
    [InlineData("<<", false, false, true)]
    [InlineData("<=", false, true, true)]
    [InlineData("=", false, true, false)]
    [InlineData(">=", true, true, false)]
    [InlineData(">>", true, false, false)]
    public void Each_operator_admits_what_it_says(string symbol, bool newer, bool same, bool older)
    {
        var relation = Dependency.ParseList($"a ({symbol} 2)", "amd64")[0].Alternatives[0];

        Assert.Equal((newer, same, older), (relation.Admits("3"), relation.Admits("2"), relation.Admits("1")));
    }
}
