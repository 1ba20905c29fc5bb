using Buildit.Core.Debian;

namespace Buildit.Core.Tests.Debian;

public class AptSourceTests
{
    private static string Dump(IEnumerable<AptSource> sources) =>
        string.Join("\n", sources.Select(s => $"{s.Uri} {string.Join(',', s.Suites)} {string.Join(',', s.Components)}".TrimEnd()));

    [Theory]
    [InlineData("deb http://m.example/debian bookworm main contrib", "http://m.example/debian bookworm main,contrib")]
    [InlineData("deb\t[ arch=amd64 signed-by=/k.gpg ]  http://m.example/debian\tsid main # note", "http://m.example/debian sid main")]
    [InlineData("deb [trusted=yes] file:/srv/repo ./", "file:/srv/repo ./")]
    [InlineData("# deb http://m.example/debian bookworm main", "")]
    [InlineData("deb-src http://m.example/debian bookworm main", "")]
    [InlineData("deb [broken http://m.example/debian bookworm main", "")]
    [InlineData("deb http://m.example/debian", "")]
    public void One_line_sources_are_read(string line, string expected) => Assert.Equal(expected, Dump(AptSourceParser.ParseList(line + "\r\n")));

    [Fact]
    public void Deb822_sources_are_read() => Assert.Equal(
        "http://a.example/debian bookworm,bookworm-updates main,contrib\nhttps://b.example/debian bookworm,bookworm-updates main,contrib",
        Dump(AptSourceParser.ParseSources(
            """
            # a comment
            Types: deb deb-src
            URIs: http://a.example/debian
             https://b.example/debian
            Suites: bookworm bookworm-updates
            Components: main contrib
            Signed-By:
             -----BEGIN PGP PUBLIC KEY BLOCK-----
             .
             abc

            Enabled: no
            Types: deb
            URIs: http://off.example
            Suites: x

            Types: deb-src
            URIs: http://src.example
            Suites: x
            """)));

    [Fact]
    public void A_mirror_list_is_ordered_by_priority() =>
        Assert.Equal("http://c http://b http://a", string.Join(' ', AptSourceParser.ParseMirrorList("# list\nhttp://a\nhttp://b\tpriority:2 arch:amd64\nhttp://c\tpriority:1\n")));

    [Fact]
    public void Debian_archives_are_picked_and_additions_come_last()
    {
        var sources = AptSourceParser.ParseList(
            """
            deb http://security.example/debian-security bookworm-security main
            deb https://other.example/node nodistro main
            deb http://a.example/debian/ bookworm main
            deb http://a.example/debian bookworm-updates main
            deb http://contrib.example/debian bookworm contrib
            deb cdrom:[Debian]/ bookworm main
            deb http://b.example/debian stable main
            """);

        var mirrors = AptMirrors.OfDebian(sources, "bookworm", AptSettings.Parse([]));
        Assert.Equal(["http://a.example/debian", "http://b.example/debian", "http://security.example/debian-security"], mirrors.Select(m => m.BaseUrl));
    }

    [Theory]
    [InlineData("Acquire::http::Proxy \"http://p:3128\";", "http://m.example", "http://p:3128")]
    [InlineData("acquire { HTTP { proxy \"http://p:3128\"; }; };", "http://m.example", "http://p:3128")]
    [InlineData("Acquire::http::Proxy \"http://p:3128\";", "https://m.example", "http://p:3128")]
    [InlineData("Acquire::https::Proxy \"http://q:1\"; Acquire::http::Proxy \"http://p:1\";", "https://m.example", "http://q:1")]
    [InlineData("Acquire::http { Proxy \"http://p:3128\"; Proxy::m.example \"DIRECT\"; }", "http://m.example", null)]
    [InlineData("// Acquire::http::Proxy \"http://p\";\n# Acquire::http::Proxy \"http://p\";\n/* Acquire::http::Proxy \"http://p\"; */", "http://m.example", null)]
    [InlineData("APT::List { \"a\"; \"b\"; };\n#clear APT::List;\nAcquire::http::Proxy \"http://p:1\"", "http://m.example", null)]
    [InlineData("Acquire::http::Proxy \"http://old:1\"; Acquire::http::Proxy \"http://new:1\";", "http://m.example", "http://new:1")]
    public void The_proxy_is_what_apt_would_use(string conf, string url, string? proxy) => Assert.Equal(proxy, AptSettings.Parse([conf]).ProxyFor(new(url)));
}
