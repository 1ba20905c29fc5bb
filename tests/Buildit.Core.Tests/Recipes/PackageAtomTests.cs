using Buildit.Core.Recipes;

namespace Buildit.Core.Tests.Recipes;

public sealed class PackageAtomTests
{
    [Theory]
    [InlineData("www-servers/nginx", "www-servers", "nginx", null)]
    [InlineData("www-servers/nginx-1.7.6", "www-servers", "nginx", "1.7.6")]
    [InlineData("www-servers/nginx-1.26.3-r1", "www-servers", "nginx", "1.26.3-r1")]
    [InlineData("dev-libs/pcre2", "dev-libs", "pcre2", null)]
    [InlineData("dev-libs/lib-foo-2.0", "dev-libs", "lib-foo", "2.0")]
    [InlineData("toolchain/c", "toolchain", "c", null)]
    [InlineData("debian/libssl3", "debian", "libssl3", null)]
    [InlineData("debian/g++", "debian", "g++", null)]
    [InlineData("debian/g++-12", "debian", "g++-12", null)]
    [InlineData("debian/libgcc-12-dev", "debian", "libgcc-12-dev", null)]
    public void Atoms_are_taken_apart(string text, string category, string name, string? version)
    {
        Assert.True(PackageAtom.TryParse(text, out var atom, out _));
        Assert.Equal((category, name, version), (atom.Category, atom.Name, atom.Version));
        Assert.Equal(text, atom.ToString());
    }

    [Theory]
    [InlineData("nginx", "write category/name or category/name-version, for example www-servers/nginx")]
    [InlineData("a/b/c", "write category/name or category/name-version, for example www-servers/nginx")]
    [InlineData("WWW/nginx", "write it in lower case: 'www'")]
    [InlineData("www/Nginx", "write it in lower case: 'nginx'")]
    [InlineData("www/ng inx", "use lower-case letters, digits and + - . _, beginning with a letter or digit")]
    [InlineData("debian/Foo", "names of Debian packages are lower-case letters, digits and + - .")]
    public void Mistakes_get_a_hint(string text, string hint)
    {
        Assert.False(PackageAtom.TryParse(text, out _, out var said));
        Assert.Equal(hint, said);
    }

    [Fact]
    public void Equal_atoms_are_equal()
    {
        Assert.Equal(Atom("a/b-1"), Atom("a/b-1"));
        Assert.NotEqual(Atom("a/b-1"), Atom("a/b-2"));
    }

    [Fact]
    public void A_distribution_package_can_be_read_with_a_version_if_its_name_is_unknown()
    {
        var split = Atom("debian/zlib1g-1.2.13").SplitVersion()!.Value;
        Assert.Equal(("zlib1g", "1.2.13"), (split.Name, split.Version));
        Assert.Null(Atom("debian/zlib1g").SplitVersion());
    }

    private static PackageAtom Atom(string text) => PackageAtom.TryParse(text, out var atom, out var hint) ? atom : throw new FormatException(hint);
}
