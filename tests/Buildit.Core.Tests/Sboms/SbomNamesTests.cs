using Buildit.Core.Debian;
using Buildit.Core.Sboms;

namespace Buildit.Core.Tests.Sboms;

public sealed class SbomNamesTests
{
    [Fact]
    public void A_deb_s_purl_has_what_scanners_look_up() => Assert.Equal(
        "pkg:deb/debian/libssl3@1%3A3.0.20-1~deb12u2%2Bb1?arch=amd64&distro=debian-12&upstream=openssl%401%3A3.0.20-1~deb12u2",
        SbomNames.OfDebian("libssl3", "1:3.0.20-1~deb12u2+b1", "amd64", "bookworm", "openssl"));

    [Theory]
    [InlineData("https://a.org/b-1.tar.gz", "&download_url=https%3A%2F%2Fa.org%2Fb-1.tar.gz")]
    [InlineData("git+https://a.org/b@0123", "&vcs_url=git%2Bhttps%3A%2F%2Fa.org%2Fb%400123")]
    [InlineData("debian:b/b_1.orig.tar.gz", "")]
    [InlineData(null, "")]
    public void What_was_built_is_named_by_its_main_source(string? uri, string place)
    {
        var digest = Digest.Of("b");
        Assert.Equal($"pkg:generic/b@1.0?checksum=sha256:{digest.Hex}{place}", SbomNames.OfBuilt("b", "1.0", new("b", uri, digest)));
    }

    [Fact]
    public void What_has_no_source_and_no_version_has_a_name() => Assert.Equal("pkg:generic/c", SbomNames.OfBuilt("c", "", null));

    [Fact]
    public void A_CPE_quotes_what_is_special_in_it() => Assert.Equal(@"cpe:2.3:a:c\+\+:lib_x-y.z:1.2\~rc1\+x:*:*:*:*:*:*:*", SbomNames.Cpe("c++", "Lib_x-y.z", "1.2~rc1+x"));

    [Fact]
    public void A_source_package_is_known_by_its_place() => Assert.Equal("glibc", SbomNames.DebianSource("pool/main/g/glibc/libc6_2.36-9_amd64.deb", "libc6"));

    [Fact]
    public void Status_is_as_dpkg_writes_it() => Assert.Equal(
        $"Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9\nDepends: libgcc-s1\nSHA256: {Digest.Of("x").Hex}\n",
        DpkgStatus.Print(new LockedPackage("libc6", "2.36-9", "amd64", "pool/main/g/glibc/libc6_2.36-9_amd64.deb", 1, Digest.Of("x"), ["libgcc-s1"])));

    [Theory]
    [InlineData("a", "1.0", "")]
    [InlineData("b", "1.0", "Source: b\n")]
    [InlineData("a", "1.0+b2", "Source: a (1.0)\n")]
    [InlineData("a", "1.0+build2", "")]
    public void A_source_is_named_where_it_is_another_one(string source, string version, string line) => Assert.Equal(
        $"Package: a\nStatus: install ok installed\nArchitecture: all\n{line}Version: {version}\nSHA256: {Digest.Of("x").Hex}\n",
        DpkgStatus.Print(new LockedPackage("a", version, "all", $"pool/main/x/{source}/a.deb", 1, Digest.Of("x"), [])));

    [Theory]
    [InlineData("LICENSE", true)]
    [InlineData("LICENCE.md", true)]
    [InlineData("COPYING.LIB", true)]
    [InlineData("deps/lua/COPYRIGHT", true)]
    [InlineData("LICENSES/MIT.txt", true)]
    [InlineData("licenses/a", true)]
    [InlineData("src/license.c", false)]
    [InlineData("LICENSES.py", false)]
    [InlineData("src/licenses/a", false)]
    [InlineData("README", false)]
    public void License_texts_are_known_by_their_names(string path, bool isOne) => Assert.Equal(isOne, SbomTexts.IsLicense(path));
}
