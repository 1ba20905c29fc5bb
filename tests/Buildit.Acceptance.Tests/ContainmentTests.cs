using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>What a recipe tries in the sandbox, it tries in vain. Each script writes what it saw as its output.</summary>
public sealed class ContainmentTests
{
    [Fact]
    public async Task There_is_no_network()
    {
        using var server = new SmallServer();
        var port = server.Url.Split(':')[^1];
        var seen = await SeenAsync(
            $"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}' 2> /dev/null && echo loopback\nbash -c 'exec 3<>/dev/tcp/192.0.2.1/80' 2> /dev/null && echo outside\ntail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '\ncat /etc/resolv.conf 2> /dev/null || true");
        Assert.Equal("lo\n", seen);
        Assert.Equal(0, server.Requests);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("/usr/bin/cc")]
    [InlineData("/new")]
    [InlineData("/usr/lib/new")]
    [InlineData("/src/new")]
    [InlineData("/proc/sys/kernel/hostname")]
    [InlineData("/proc/sys/kernel/core_pattern")]
    [InlineData("/proc/self/oom_score_adj")]
    [InlineData("/home/new")]
    [InlineData("/root/new")]
    [InlineData("/run/new")]
    public async Task R46_nothing_outside_build_and_out_can_be_written(string path) =>
        Assert.Equal("refused\n", await SeenAsync($"if (echo x > {path}) 2> /dev/null; then echo written; else echo refused; fi"));

    [Fact]
    public async Task Files_of_the_host_cannot_be_seen()
    {
        using var secret = new TemporaryDirectory();
        secret.Write("secret", "x");
        Assert.Equal(
            "\n",
            await SeenAsync($"for f in /etc/hostname /etc/shadow /etc/machine-id /etc/apt {secret.Path}/secret {Repository.Root} {Repository.SharedStore}; do if [ -e \"$f\" ]; then echo \"$f\"; fi; done\nls -A /root /home /mnt /media /srv /opt 2> /dev/null | grep -v : | tr -d '\\n'; echo"));
    }

    [Fact]
    public async Task Host_name_user_and_environment_are_the_same_everywhere()
    {
        var workspace = new Workspace();
        workspace.Environment["SECRET_OF_THE_HOST"] = "x";
        workspace.Environment["LD_PRELOAD"] = "";
        var seen = await SeenAsync("hostname=$(cat /proc/sys/kernel/hostname)\necho \"$hostname $(id -u):$(id -g) $(id -un) $HOME $TZ $LANG\"\nenv | cut -d= -f1 | grep -c -e SECRET -e BUILDIT -e DOTNET -e LD_PRELOAD || true", workspace);
        Assert.Equal("buildit 1000:1000 buildit /build/home UTC C.UTF-8\n0\n", seen);
    }

    [Fact]
    public async Task Processes_of_the_host_cannot_be_seen() =>
        Assert.Equal("0\n", await SeenAsync("cat /proc/[0-9]*/cmdline > /tmp/seen\ntr '\\0' ' ' < /tmp/seen | grep -c -e dotnet -e testhost -e systemd -e bwrap -e test-store || true"));

    [Fact]
    public async Task R47_setuid_and_setgid_are_dropped_and_modes_normalised()
    {
        using var workspace = new Workspace();
        workspace.Recipe("modes", $"echo {Workspace.Fresh()} > \"$OUTPUT/plain\"; chmod 600 \"$OUTPUT/plain\"\nfor f in suid sgid; do cp \"$OUTPUT/plain\" \"$OUTPUT/$f\"; done\nchmod 4777 \"$OUTPUT/suid\"\nchmod 2777 \"$OUTPUT/sgid\"\nmkdir \"$OUTPUT/d\"; chmod 3777 \"$OUTPUT/d\"");
        var digest = (await workspace.MustBuildAsync("test/modes")).Output.Trim().Split(' ', ':')[^1];
        var tree = Path.Combine(workspace.Store, "trees", digest);
        Assert.Equal("suid 755\nsgid 755\n", Run.Shell($"cd {tree} && stat -c '%n %a' suid sgid | sed 's/555/755/'"));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(tree), e => (File.GetUnixFileMode(e) & (UnixFileMode.SetUser | UnixFileMode.SetGroup | UnixFileMode.StickyBit)) != 0);
    }

    [Fact]
    public async Task Devices_cannot_be_made_or_mounted() =>
        Assert.Equal("refused\nrefused\nrefused\n", await SeenAsync(
            "for c in 'mknod /build/disk b 8 0' 'mount -t tmpfs none /build' 'unshare -U true'; do if $c 2> /dev/null; then echo done; else echo refused; fi; done"));

    [Fact]
    public async Task Only_harmless_devices_are_there() =>
        Assert.Equal("", (await SeenAsync("ls -A /dev | grep -vx -e console -e core -e fd -e full -e null -e ptmx -e pts -e random -e shm -e stderr -e stdin -e stdout -e tty -e urandom -e zero || true")).Trim());

    [Fact]
    public async Task A_process_left_in_the_background_is_gone_and_does_not_hold_the_build_up()
    {
        var mark = Workspace.Fresh();
        await SeenAsync($"perl -e 'setpgrp; sleep 600' {mark} > /dev/null 2>&1 < /dev/null &\nperl -e 'sleep 600' {mark} &\necho left");
        Assert.Empty(Run.ProcessesWith(mark));
    }

    [Fact]
    public async Task A_build_that_closes_its_output_is_still_followed_to_its_end()
    {
        Assert.Equal("done\n", await SeenAsync("echo done\nexec 1>&- 2>&-"));
    }

    private static async Task<string> SeenAsync(string script, Workspace? given = null)
    {
        using var workspace = given ?? new Workspace();
        // Standard output of the script is the package; the key is fresh, so that it really runs.
        workspace.Recipe("seen", $": {Workspace.Fresh()}\n{{\n{script}\n}} > \"$OUTPUT/seen\"");
        var result = await workspace.MustBuildAsync("test/seen");
        var digest = result.Output.Trim().Split(' ', ':')[^1];
        return File.ReadAllText(Path.Combine(workspace.Store, "trees", digest, "seen"));
    }
}
