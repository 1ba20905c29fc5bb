using Buildit.Core.Searching;

namespace Buildit.Core.Tests.Searching;

public class FindingTests
{
    private static readonly Finding[] All =
    [
        new("package", "www-servers/nginx", "1.9.1", "", ["'a'"]),
        new("package", "www-servers/nginx", "1.26.3", "", ["'a'"]),
        new("recipe", "www-servers/nginx", "1.26.3", "HTTP server", ["pkgs/www-servers/nginx/pkg.yaml"]),
        new("package", "www-servers/nginx", "1.26.3", "", ["'b'"]),
        new("recipe", "dev-db/redis", "7", "Key-value server", ["x"]),
        new("nonsense", "nginx", "1", "", ["'evil'"]),
    ];

    [Fact]
    public void Every_word_must_be_in_name_version_or_summary()
    {
        Assert.Equal(["dev-db/redis", "www-servers/nginx"], Finding.Matching(All, ["SERVER"]).Select(f => f.Name).Distinct());
        Assert.Equal(["dev-db/redis"], Finding.Matching(All, ["server", "key"]).Select(f => f.Name));
        Assert.Empty(Finding.Matching(All, ["server", "nothing"]));
    }

    [Fact]
    public void Each_is_shown_once_with_all_its_places_the_newest_first() => Assert.Equal(
        ["recipe 1.26.3 pkgs/www-servers/nginx/pkg.yaml", "package 1.26.3 'a' 'b'", "package 1.9.1 'a'"],
        Finding.Matching(All, ["nginx"]).Select(f => $"{f.Kind} {f.Version} {string.Join(' ', f.Places)}"));
}
