using Buildit.Core.Debian;

namespace Buildit.Core.Tests.Debian;

public class ReleaseFileTests
{
    [Fact]
    public void A_release_file_is_read()
    {
        var digest = Digest.Of("x");
        var release = ReleaseFile.Parse($"Suite: stable\nCodename: bookworm\nDate: Sat, 01 Jul 2023 10:16:37 UTC\nValid-Until: Sat, 8 Jul 2023 10:16:37 UTC\nAcquire-By-Hash: yes\nMD5Sum:\n aa 1 main/x\nSHA256:\n {digest.Hex}  42 main/binary-amd64/Packages.xz\n");

        Assert.Equal(("stable", "bookworm", true), (release.Suite, release.Codename, release.AcquireByHash));
        Assert.Equal(new DateTimeOffset(2023, 7, 8, 10, 16, 37, TimeSpan.Zero), release.ValidUntil);
        Assert.Equal(new ReleaseEntry(42, digest), Assert.Single(release.Files).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Suite: x\n")]
    [InlineData("Date: yesterday\nSHA256:\n")]
    [InlineData("Date: Sat, 01 Jul 2023 10:16:37 UTC\nSHA256:\n abc\n")]
    public void Anything_else_is_refused(string text) => Assert.Throws<FormatException>(() => ReleaseFile.Parse(text));
}
