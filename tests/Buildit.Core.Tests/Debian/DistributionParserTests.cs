using Buildit.Core.Debian;

namespace Buildit.Core.Tests.Debian;

public sealed class DistributionParserTests
{
    private const string Bookworm = """
        suite: bookworm
        components: [main]
        architecture: amd64
        keyring: keys/debian-archive.gpg
        mirrors: [apt, https://mirror.example.org/debian/]
        ignore: {debconf: only for configuration, adduser: scripts}
        prefer: {awk: mawk}
        include: [bubblewrap]
        links: {mawk: {/usr/bin/awk: mawk}}
        """;

    [Fact]
    public void A_distribution_is_read()
    {
        var d = Mistakes.None(Bookworm, DistributionParser.Parse);
        Assert.Equal(("bookworm", "amd64", "keys/debian-archive.gpg", "main", "bubblewrap"), (d.Suite, d.Architecture, d.Keyring, d.Components.Single(), d.Include.Single()));
        Assert.Equal(["apt", "https://mirror.example.org/debian"], d.Mirrors.AsEnumerable());
        Assert.Equal(["adduser", "debconf"], d.Ignore);
        Assert.Equal(("mawk", "mawk"), (d.Prefer["awk"], d.Links["mawk"]["/usr/bin/awk"]));
    }

    [Fact]
    public void Ignored_packages_may_be_a_list() =>
        Assert.Equal(["a", "b"], Mistakes.None(Bookworm.Replace("{debconf: only for configuration, adduser: scripts}", "[b, a]", StringComparison.Ordinal), DistributionParser.Parse).Ignore);

    [Theory]
    [InlineData("suite:", "suit:", "1:1 missing key 'suite' in a distribution", "1:1 unknown key 'suit' | did you mean 'suite'?")]
    [InlineData("[apt, https", "[apt, ftp", "5:16 'ftp://mirror.example.org/debian/' is not a mirror | write 'apt' (what this machine's apt uses) or a URL, for example https://mirror.example.org/debian")]
    [InlineData("/usr/bin/awk", "usr/bin/awk", "9:16 'usr/bin/awk' is not an absolute path | write '/usr/bin/awk'")]
    [InlineData("[main]", "main", "2:13 'components': expected a list, got text | write [main]")]
    public void Mistakes_are_told(string right, string wrong, params string[] mistakes) =>
        Assert.Equal(mistakes, Mistakes.Of(Bookworm.Replace(right, wrong, StringComparison.Ordinal), DistributionParser.Parse));
}
