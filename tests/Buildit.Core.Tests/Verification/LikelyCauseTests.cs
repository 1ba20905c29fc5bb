using Buildit.Core.Verification;

namespace Buildit.Core.Tests.Verification;

/// <summary>What the bytes at a place speak for.</summary>
public class LikelyCauseTests
{
    private static readonly BuildFacts Facts = new("varied-host", "buildit", "/store/work/17-x/verify-1", "6.1.0-18-amd64", ["nobody", "65534"]);

    [Theory]
    [InlineData("Nov 24 2026 09:11:57", "Dec  1 2027 10:00:01", CauseKind.Date)]
    [InlineData("Tue Nov 24 09:11:57 UTC 2026", "Wed Dec 29 16:24:57 UTC 2027", CauseKind.Date)]
    [InlineData("built 2026-11-24T09:11:57Z by x", "built 2027-12-29T16:24:57Z by x", CauseKind.Date)]
    [InlineData("stamp=1795511262", "stamp=1830097242", CauseKind.Date)]
    [InlineData("stamp=1795511262.1234567", "stamp=1830097242.7654321", CauseKind.Date)]
    [InlineData("Copyright 2026 x", "Copyright 2027 x", CauseKind.Date)]
    [InlineData("at 9:05 PM", "at 10:15 AM", CauseKind.Date)]
    [InlineData("host=buildit;", "host=varied-host;", CauseKind.HostName)]
    [InlineData("/elsewhere/work/a/build", "/store/work/17-x/verify-1/build", CauseKind.HostPath)]
    [InlineData("Linux 5.10.0", "Linux 6.1.0-18-amd64", CauseKind.Kernel)]
    [InlineData("b\na\nc\n", "a\nb\nc\n", CauseKind.Order)]
    [InlineData("3,1,2\n", "1,2,3\n", CauseKind.Order)]
    [InlineData("1000\n", "65534\n", CauseKind.User)]
    [InlineData("8a9f00c1", "77e3b1d0", CauseKind.Random)]
    [InlineData("version 1.2.3", "version 1.2.4", CauseKind.Random)]
    public void A_kind_is_told_by_what_it_leaves_equal(string expected, string actual, CauseKind kind) => Assert.Equal(kind, LikelyCause.Of(new(expected, actual), Facts));

    /// <summary>Files may hold anything: a guess must not take for ever.</summary>
    [Theory]
    [InlineData(' ')]
    [InlineData('1')]
    [InlineData('9')]
    [InlineData('-')]
    [InlineData('a')]
    public void A_megabyte_of_one_character_is_looked_at_in_passing(char c)
    {
        var text = new string(c, 1 << 20);
        Assert.Equal(CauseKind.Random, LikelyCause.Of(new(text + "x", text + "y"), Facts));
    }

    [Fact]
    public void Every_kind_has_words_of_its_own()
    {
        var kinds = Enum.GetValues<CauseKind>();
        Assert.Equal(kinds.Length, kinds.Select(k => k.Word()).Distinct().Count());
        Assert.Equal(kinds.Length, kinds.Select(k => k.Text()).Distinct().Count());
        Assert.All(kinds, k => Assert.NotEmpty(k.Cure()));
    }
}
