using System.Text.Json;

namespace Buildit.Acceptance.Tests;

/// <summary>'buildit verify --vary' with recipes that are not reproducible, one for each kind of reason, and with one that is.</summary>
public sealed class VerifyKindsTests
{
    [Fact]
    public async Task A_reproducible_recipe_verifies_with_everything_varied_in_one_build()
    {
        using var workspace = new Workspace().WithVary();
        workspace.Write("pkgs/test/good/src/hello.c", "#include <stdio.h>\nint main(void) { puts(\"hello \" __FILE__ \" \" __DATE__); return 0; }\n");
        workspace.Recipe(
            "good",
            """
            make -j"$JOBS" hello CFLAGS='-O2 -g'
            install -D hello "$OUTPUT/usr/bin/hello"
            mkdir -p "$OUTPUT/usr/share"
            date -u -d "@$SOURCE_DATE_EPOCH" > dated
            find . -type f | LC_ALL=C sort > /build/listed
            tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=644 -c dated hello.c -C /build listed | gzip -n > "$OUTPUT/usr/share/all.tar.gz"
            """,
            more: "versions: {1.0: {sources: [{path: src}]}}\n");
        var result = (await workspace.MustBuildAsync("verify", "--vary", "test/good")).Says("test/good-1.0: building again, everything varied");
        Assert.Equal("test/good-1.0: identical (made again once, everything varied)\n", result.Output);
    }

    /// <summary>Kind, and the variation that is to blame; none where no two builds agree anyway. Dates are in UTC: near midnight of another zone that would be to blame as well.</summary>
    [Theory]
    [InlineData("date", "clock", "date -u +%F > \"$OUTPUT/it\"")]
    [InlineData("date", "clock", "printf 'int main(void) { return 0; } const char *built = __DATE__;' > m.c; unset SOURCE_DATE_EPOCH; TZ=UTC gcc m.c -o \"$OUTPUT/it\"")]
    [InlineData("date", "", "date +%s%N > \"$OUTPUT/it\"")]
    [InlineData("date", "", "sleep 1.1; echo x > x; touch -d \"$(stat -c %y x)\" x; tar -c x > \"$OUTPUT/it.tar\"")]
    [InlineData("host-path", "", "grep ' /build ' /proc/self/mountinfo | cut -d' ' -f4 > \"$OUTPUT/it\"")]
    [InlineData("host-name", "host-name", "uname -n > \"$OUTPUT/it\"")]
    [InlineData("user", "user", "id -u > \"$OUTPUT/it\"")]
    [InlineData("kernel", "kernel", "uname -r > \"$OUTPUT/it\"")]
    [InlineData("jobs", "jobs", "printf 'all: a b\\na:\\n\\tsleep 0.5; echo a >> list\\nb:\\n\\techo b >> list\\n' > Makefile; make -s -j\"$JOBS\" all; cp list \"$OUTPUT/it\"")]
    [InlineData("jobs", "processors", "nproc > \"$OUTPUT/it\"")]
    [InlineData("directory-order", "directory-order", "touch a b c; find . -name '?' > \"$OUTPUT/it\"")]
    [InlineData("environment-order", "environment-order", "env | cut -d= -f1 > \"$OUTPUT/it\"")]
    [InlineData("locale", "locale", "printf '\\303\\251' | wc -m > \"$OUTPUT/it\"")]
    [InlineData("time-zone", "time-zone", "date -d @86400 +%H > \"$OUTPUT/it\"")]
    [InlineData("umask", "umask", "touch x; stat -c %a x > \"$OUTPUT/it\"")]
    [InlineData("hash-seed", "", "perl -e 'my %h = map { $_ => 1 } 1 .. 50; print join(q(,), keys %h)' > \"$OUTPUT/it\"")]
    [InlineData("random", "", "head -c 16 /dev/urandom > \"$OUTPUT/it\"")]
    public async Task Each_kind_is_told_with_what_is_to_blame(string kind, string blamed, string install)
    {
        // JOBS is varied down to one: what depends on it must have been built with several.
        using var workspace = new Workspace().WithVary().Recipe("bad", $": {Workspace.Fresh()}\n{install}");
        var result = await workspace.BuildAsync("verify", "--vary", "--json", "-j4", "test/bad");
        Assert.True(result.ExitCode == 5, result.ToString());
        var package = JsonDocument.Parse(result.Output).RootElement.GetProperty("packages").EnumerateArray().Single();
        Assert.Equal("differs", package.GetProperty("result").GetString());
        var cause = package.GetProperty("causes").EnumerateArray().Single();
        Assert.True(cause.GetProperty("kind").GetString() == kind, result.ToString());
        Assert.Equal(blamed, string.Join(",", cause.GetProperty("blamed").EnumerateArray().Select(b => b.GetString())));
        Assert.StartsWith("/it", Assert.Single(package.GetProperty("outputs").EnumerateArray().SelectMany(o => o.GetProperty("files").EnumerateArray())).GetProperty("path").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_reasons_are_all_found()
    {
        using var workspace = new Workspace().WithVary().Recipe("bad", $"echo {Workspace.Fresh()} > \"$OUTPUT/it\"; uname -n >> \"$OUTPUT/it\"; date -u +%Y > \"$OUTPUT/year\"; nproc > \"$OUTPUT/processors\"");
        var result = await workspace.BuildAsync("verify", "--vary", "-j4", "test/bad");
        Assert.Equal(5, result.ExitCode);
        foreach (var name in new[] { "host-name", "clock", "processors" })
        {
            Assert.Contains($"found by varying '{name}' alone", result.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_build_that_fails_only_when_varied_says_with_what()
    {
        var until = DateTimeOffset.UtcNow.AddDays(100).ToUnixTimeSeconds();
        using var workspace = new Workspace().WithVary().Recipe("bomb", $"echo {Workspace.Fresh()} > \"$OUTPUT/it\"; test \"$(date +%s)\" -lt {until}");
        var result = await workspace.BuildAsync("verify", "--vary", "test/bomb");
        Assert.Equal(5, result.ExitCode);
        Assert.Contains("test/bomb-1.0: fails when varied", result.Output, StringComparison.Ordinal);
        Assert.Contains("to blame: 'clock': a wall clock 400 days", result.Output, StringComparison.Ordinal);
        result.Says("failed in phase 'install'");
    }

    [Fact]
    public async Task Without_the_libraries_the_rest_is_varied_and_a_warning_says_what_is_not()
    {
        using var workspace = new Workspace().Recipe("bad", $"echo {Workspace.Fresh()} > \"$OUTPUT/it\"; date -u +%Y > \"$OUTPUT/year\"", tools: Workspace.FewTools);
        var result = (await workspace.MustBuildAsync("verify", "--vary", "test/bad")).Says("warning: not varied: processors, clock, kernel, directory-order", "buildit/vary");
        Assert.Contains("varied: jobs, path, environment-order, locale, time-zone, host-name, user, umask)", result.Output, StringComparison.Ordinal);
    }
}
