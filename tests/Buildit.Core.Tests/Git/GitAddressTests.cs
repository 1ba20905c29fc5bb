using Buildit.Core.Git;

namespace Buildit.Core.Tests.Git;

public class GitAddressTests
{
    [Theory]
    [InlineData("https://example.org/zlib.git", true)]
    [InlineData("https://user:password@example.org:8443/zlib", true)]
    [InlineData("ssh://git@example.org/zlib.git", true)]
    [InlineData("git@example.org:group/zlib.git", true)]
    [InlineData("example.org:zlib", true)]
    [InlineData("git://example.org/zlib.git", true)]
    [InlineData("file:///srv/git/zlib.git", true)]
    [InlineData("--upload-pack=touch /tmp/x", false)]
    [InlineData("ext::sh -c touch% /tmp/x", false)]
    [InlineData("ext::x", false)]
    [InlineData("fd::17/foo", false)]
    [InlineData("ssh://-oProxyCommand=x/y", false)]
    [InlineData("ssh://a@-oProxyCommand=x/y", false)]
    [InlineData("-oProxyCommand=x:y", false)]
    [InlineData("host:-x", false)]
    [InlineData("https://example.org", false)]
    [InlineData("https:///x", false)]
    [InlineData("file://srv/git", false)]
    [InlineData("/srv/git/zlib.git", false)]
    [InlineData("../zlib.git", false)]
    [InlineData("./a:b", false)]
    [InlineData("https://example.org/a\nb", false)]
    [InlineData("ftp://example.org/zlib.git", false)]
    [InlineData("", false)]
    public void Only_addresses_that_reach_a_repository_and_run_nothing_are_taken(string url, bool isTaken) => Assert.Equal(isTaken, GitAddress.Mistake(url) is null);

    [Theory]
    [InlineData("https://example.org/a/zlib.git", "zlib")]
    [InlineData("https://example.org/a/zlib.git/", "zlib")]
    [InlineData("git@example.org:zlib", "zlib")]
    [InlineData("file:///srv/.git", ".git")]
    public void A_repository_is_called_by_the_last_part_of_its_address(string url, string name) => Assert.Equal(name, GitAddress.Name(url));

    /// <summary>As git itself resolves them: builtin/submodule--helper.c, relative_url.</summary>
    [Theory]
    [InlineData("https://example.org/a/b.git", "../c.git", "https://example.org/a/c.git")]
    [InlineData("https://example.org/a/b.git/", "../../d/c.git", "https://example.org/d/c.git")]
    [InlineData("https://example.org/a/b.git", "./c", "https://example.org/a/b.git/c")]
    [InlineData("git@example.org:a/b.git", "../c.git", "git@example.org:a/c.git")]
    [InlineData("git@example.org:b.git", "../c.git", "git@example.org:c.git")]
    [InlineData("https://example.org/b.git", "https://other.org/c.git", "https://other.org/c.git")]
    public void A_submodule_s_address_counts_from_the_repository_s(string repository, string written, string expected) => Assert.Equal(expected, GitAddress.OfSubmodule(repository, written));

    [Theory]
    [InlineData("main", true)]
    [InlineData("feature/x-1.0_é", true)]
    [InlineData("", false)]
    [InlineData("a..b", false)]
    [InlineData("a b", false)]
    [InlineData("a*", false)]
    [InlineData("-a", false)]
    [InlineData("/a", false)]
    [InlineData("a/.b", false)]
    [InlineData("a.lock", false)]
    [InlineData("a@{1}", false)]
    public void Names_of_branches_are_those_that_git_permits(string name, bool isName) => Assert.Equal(isName, GitRevision.IsName(name));

    [Theory]
    [InlineData("branch main")]
    [InlineData("tag v1.0")]
    [InlineData("commit 0123456789abcdef0123456789abcdef01234567")]
    [InlineData("default branch")]
    public void A_revision_is_read_as_it_is_printed(string text) => Assert.Equal(text, GitRevision.Parse(text)?.ToString());
}
