using Buildit.Core.Recipes;

namespace Buildit.Core.Tests.Recipes;

/// <summary>What a recipe says arrives as a value.</summary>
public sealed class RecipeParserTests
{
    private const string Nginx = """
        name: nginx
        summary: HTTP and reverse proxy server
        homepage: https://nginx.org/
        license: BSD-2-Clause
        versions:                                   # several versions side by side; the first is the default
          1.26.3:
            sources:
              - url: https://nginx.org/download/nginx-1.26.3.tar.gz
                sha256: 69ee2b237744036e61d24b836668aad3040dda461fe6f570f1787eab570c75aa
                mirrors: [debian:nginx/nginx_1.26.3.orig.tar.gz]
              - {path: ./extra, name: extra, unpack: no}
            patches: {patches/only-this.patch: for 1.26.3}
          1.10: {sources: [{url: file:///srv/nginx-1.10.tar.gz, strip: 2}]}
        needs:
          tools: [toolchain/c, debian/pkgconf]
          libs: [dev-libs/pcre2, sys-libs/zlib]
          runtime: []
        use:
          ssl:   {default: on, description: TLS, needs: {libs: [dev-libs/openssl]}, configure: [--with-http_ssl_module]}
          ipv6:  {default: on, description: IPv6 sockets}
          http3: {default: off, requires: [ssl], configure: [--with-http_v3_module], configure-off: [--without-x], needs-off: {libs: [dev-libs/x]}}
        configure: [--prefix=/etc/nginx, --sbin-path=/usr/sbin/nginx]
        environment: {CFLAGS: -O2}
        build:
          configure: ./configure "$@"
          build: make -j"$JOBS"
          install: make install DESTDIR="$OUTPUT"
        outputs:
          runtime: {permissions: {/var/cache/nginx: {mode: "0750", owner: "101:101"}}}
          dev: {include: [/usr/lib/*.sh]}
          exclude: [/usr/share/info]
          keep-symbols: true
        test: |
          nginx -V
        files: {/etc/nginx/nginx.conf: files/nginx.conf}
        replaces: [debian/nginx]
        timeout: 1h30m
        date: 2024-05-01
        """;

    [Fact]
    public void A_full_recipe_is_read()
    {
        var recipe = (Recipe.Full)Read(Nginx);
        Assert.Equal(("nginx", "BSD-2-Clause", false), (recipe.Name.Value, recipe.License, recipe.IsGroup));
        Assert.Equal(["1.26.3", "1.10"], recipe.Versions.Select(v => v.Version.Value));
        Assert.Equal(["--prefix=/etc/nginx", "--sbin-path=/usr/sbin/nginx"], recipe.Configure.AsEnumerable());
        Assert.Equal(["build", "configure", "install"], recipe.Phases.Keys);
        Assert.Equal("./configure \"$@\"", recipe.Phases["configure"]);
        Assert.Equal("nginx -V\n", recipe.Test);
        Assert.Equal(["debian/nginx"], recipe.Replaces.Select(r => r.Value));
        Assert.Equal((TimeSpan.FromMinutes(90), 1714521600L), (recipe.Timeout, recipe.Date!.Value));
        Assert.Equal(new PlacedFile("/etc/nginx/nginx.conf", "files/nginx.conf", recipe.Files[0].Span), recipe.Files.Single());
        Assert.Equal("-O2", recipe.Environment["CFLAGS"]);
        Assert.Equal(["toolchain/c", "debian/pkgconf"], recipe.Needs.Tools.Select(t => t.Value));
    }

    [Fact]
    public void Sources_are_read()
    {
        var recipe = (Recipe.Full)Read(Nginx);
        var remote = (Source.Remote)recipe.Versions[0].Sources[0];
        Assert.Equal("https://nginx.org/download/nginx-1.26.3.tar.gz", remote.Url);
        Assert.Equal("69ee2b237744036e61d24b836668aad3040dda461fe6f570f1787eab570c75aa", remote.Sha256!.Value.Hex);
        Assert.Equal(["debian:nginx/nginx_1.26.3.orig.tar.gz"], remote.Mirrors.AsEnumerable());
        var local = (Source.Local)recipe.Versions[0].Sources[1];
        Assert.Equal(("./extra", "extra", false, (int?)null), (local.Path, local.Name, local.Unpack, local.Strip));
        Assert.Equal("patches/only-this.patch", recipe.Versions[0].Patches.Single().Location);
        Assert.Equal(2, recipe.Versions[1].Sources.Single().Strip);
    }

    [Fact]
    public void Use_flags_and_outputs_are_read()
    {
        var recipe = (Recipe.Full)Read(Nginx);
        Assert.Equal([("ssl", true), ("ipv6", true), ("http3", false)], recipe.Use.Select(u => (u.Name.Value, u.Default)));
        Assert.Equal(("ssl", "--with-http_v3_module", "--without-x", "dev-libs/x"),
            (recipe.Use[2].Requires[0].Value, recipe.Use[2].Configure[0], recipe.Use[2].ConfigureOff[0], recipe.Use[2].NeedsOff.Libs[0].Value));
        Assert.Equal(new Permission(0x1E8, 101, 101), recipe.Outputs.Permissions["/var/cache/nginx"]);
        Assert.Equal(["/usr/lib/*.sh"], recipe.Outputs.Include["dev"].AsEnumerable());
        Assert.Equal(["/usr/share/info"], recipe.Outputs.Exclude.AsEnumerable());
        Assert.True(recipe.Outputs.KeepSymbols);
    }

    [Fact]
    public void A_derived_recipe_is_read()
    {
        var recipe = (Recipe.Derived)Read("""
            base: www-servers/nginx-1.26.3
            author: Sysadmin42 <sys@admin42.org>
            patches:
              patches/https-only.patch: "This patch denies all plain http requests"
              https://example.org/fix-overruns.patch: "Fix buffer overruns"
            use:
              with: [ipv6, ssl]
              without: [http3]
            """);
        Assert.Equal(("www-servers/nginx-1.26.3", "Sysadmin42 <sys@admin42.org>"), (recipe.Base.Value, recipe.Author));
        Assert.Equal([("patches/https-only.patch", false, "This patch denies all plain http requests"), ("https://example.org/fix-overruns.patch", true, "Fix buffer overruns")],
            recipe.Patches.Select(p => (p.Location, p.IsRemote, p.Description)));
        Assert.Equal(["ipv6", "ssl"], recipe.With.Select(f => f.Value));
        Assert.Equal(["http3"], recipe.Without.Select(f => f.Value));
    }

    [Fact]
    public void Patches_may_be_a_list()
    {
        var recipe = (Recipe.Derived)Read("""
            base: www-servers/nginx
            patches:
              - {file: ./patches/a.patch, description: A, strip: 0, versions: ">=1.26 <1.28"}
              - url: https://example.org/b.patch
                sha256: 69ee2b237744036e61d24b836668aad3040dda461fe6f570f1787eab570c75aa
            """);
        Assert.Equal(("patches/a.patch", "A", 0), (recipe.Patches[0].Location, recipe.Patches[0].Description, recipe.Patches[0].Strip));
        Assert.Equal([new VersionTerm(">=", "1.26"), new VersionTerm("<", "1.28")], recipe.Patches[0].Versions.AsEnumerable());
        Assert.Equal((1, true), (recipe.Patches[1].Strip, recipe.Patches[1].Sha256.HasValue));
    }

    [Fact]
    public void A_group_needs_no_versions()
    {
        var recipe = (Recipe.Full)Read("name: c\nneeds: {runtime: [debian/gcc]}\nlinks: {/usr/bin/cc: gcc, /usr/bin/awk: gawk}\n");
        Assert.True(recipe.IsGroup);
        Assert.Equal("gawk", recipe.Links["/usr/bin/awk"]);
    }

    [Theory]
    [InlineData("30m", 1800)]
    [InlineData("1h", 3600)]
    [InlineData("90s", 90)]
    [InlineData("45", 45)]
    [InlineData("1h2m3s", 3723)]
    public void Timeouts(string text, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), ((Recipe.Full)Read($"name: a\ntimeout: {text}\n")).Timeout);

    [Theory]
    [InlineData("2024-05-01T12:30:00Z", 1714566600)]
    [InlineData("2024-05-01T12:30:00+02:00", 1714559400)]
    [InlineData("1714566600", 1714566600)]
    [InlineData("0", 0)]
    public void Dates(string text, long seconds) => Assert.Equal(seconds, ((Recipe.Full)Read($"name: a\ndate: {text}\n")).Date);

    [Fact]
    public void A_style_is_read()
    {
        var style = Mistakes.None("phases: {configure: ./configure \"$@\", check: ''}\nneeds: {tools: [toolchain/c]}\n", (t, b) => StyleParser.Parse(t, "autotools", b));
        Assert.Equal(("autotools", "", "toolchain/c"), (style.Name, style.Phases["check"], style.Needs.Tools[0].Value));
    }

    [Theory]
    [InlineData("license: BSD-2-Clause AND (MIT OR LicenseRef-own)", null)]
    [InlineData("license: BSD2", "2:10 the SPDX License List has no license 'BSD2' | see https://spdx.org/licenses; for another license write LicenseRef-NAME")]
    [InlineData("license: Apache-2", "2:10 the SPDX License List has no license 'Apache-2' | did you mean 'Apache-2.0'?")]
    [InlineData("license: MIT or", "2:10 'MIT or' is not an SPDX license expression: a license is missing at the end | write identifiers of https://spdx.org/licenses, joined by AND, OR, WITH")]
    [InlineData("license: GPL-2.0", "2:10 'GPL-2.0' does not say whether later versions of the license count | write GPL-2.0-only or GPL-2.0-or-later")]
    [InlineData("cpe: openssl", "2:6 'openssl' does not name a product | write VENDOR:PRODUCT as vulnerability databases do, for example openssl:openssl")]
    public void What_a_license_or_product_cannot_be_is_a_warning(string line, string? warning) =>
        Assert.Equal(warning is null ? [] : [warning], Mistakes.Of($"name: a\n{line}\n", (t, b) => RecipeParser.Parse(t, "pkgs/x", b)));

    private static Recipe Read(string text) => Mistakes.None(text, (t, b) => RecipeParser.Parse(t, "pkgs/x", b));
}
