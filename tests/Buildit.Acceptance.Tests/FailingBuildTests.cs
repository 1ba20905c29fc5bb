namespace Buildit.Acceptance.Tests;

/// <summary>Builds that fail: phase, command and the log's end are shown; nothing is registered; a corrected rerun builds.</summary>
public sealed class FailingBuildTests
{
    [Fact]
    public async Task Phase_command_and_log_are_shown_and_a_corrected_recipe_builds()
    {
        using var workspace = new Workspace().Recipe("broken", "echo about to fail\ncp /nothing \"$OUTPUT/there\"");
        (await workspace.BuildAsync("test/broken")).Fails(
            1, "'test/broken-1.0' failed in phase 'install' with exit code 1: cp /nothing /out/root/there", "pkgs/test/broken/pkg.yaml:5:3", "  | about to fail", "log: ");
        await workspace.Recipe("broken", "touch \"$OUTPUT/there\"").MustBuildAsync("test/broken");
    }

    [Fact]
    public async Task A_failed_build_is_not_taken_for_done()
    {
        using var workspace = new Workspace().Recipe("broken", "touch \"$OUTPUT/x\"\nexit 7");
        (await workspace.BuildAsync("test/broken")).Fails(1, "exit code 7");
        (await workspace.BuildAsync("test/broken")).Fails(1, "exit code 7", "Can't find HASH");
    }

    [Fact]
    public async Task A_failing_dependency_is_named()
    {
        using var workspace = new Workspace().Recipe("lib", "exit 5").Recipe("app", "touch \"$OUTPUT/x\"", tools: "[toolchain/c, test/lib]");
        (await workspace.BuildAsync("test/app")).Fails(1, "'test/lib-1.0' failed in phase 'install' with exit code 5");
    }

    [Theory]
    [InlineData("rm -r /out/root; ln -s /tmp /out/root")]
    [InlineData("rm -r /out/root; ln -s /etc /out/root")]
    [InlineData("rm /out/status; mkfifo /out/status; while :; do cat /out/status; done > /dev/null &")]
    [InlineData("mkfifo /out/manifest; (sleep 1; cat /out/manifest) > /dev/null &")]
    [InlineData("ln -s /dev/zero /out/manifest")]
    public async Task A_build_that_replaces_what_buildit_reads_fails_and_leads_to_nothing_of_the_host(string script)
    {
        using var workspace = new Workspace().Recipe("sly", "touch \"$OUTPUT/x\"; " + script);
        var result = await workspace.BuildAsync("test/sly");
        Assert.True(result.ExitCode == 1, result.ToString());
    }

    [Fact]
    public async Task A_build_that_installs_nothing_is_an_error()
    {
        using var workspace = new Workspace().Recipe("empty", "true");
        (await workspace.BuildAsync("test/empty")).Fails(1, "'test/empty-1.0' installed nothing", "\"$OUTPUT\"");
    }

    [Fact]
    public async Task R51_a_timeout_ends_the_whole_process_tree()
    {
        var mark = Workspace.Fresh();
        using var workspace = new Workspace().Recipe("slow", $"perl -e 'sleep 600' {mark} &\n(perl -e 'setpgrp; sleep 600' {mark} > /dev/null 2>&1 < /dev/null &)\nwait", more: "timeout: 2s\n");
        (await workspace.BuildAsync("test/slow")).Fails(1, "'test/slow-1.0' was ended in phase 'install': it took longer than 2 s", "timeout:");
        Assert.Empty(Run.ProcessesWith(mark));
    }

    [Fact]
    public async Task Links_that_lead_out_of_the_root_are_refused()
    {
        using var workspace = new Workspace().Recipe("links", "mkdir -p \"$OUTPUT/usr\"\nln -s ../../../etc/shadow \"$OUTPUT/usr/link\"");
        (await workspace.BuildAsync("test/links")).Fails(1, "'/usr/link'", "outside of the root");
    }

    [Fact]
    public async Task R45_sockets_and_pipes_are_refused_by_name()
    {
        using var workspace = new Workspace().Recipe("pipe", "mkfifo \"$OUTPUT/pipe\"");
        (await workspace.BuildAsync("test/pipe")).Fails(1, "'/pipe'", "neither a file, a directory nor a link");
    }

    [Fact]
    public async Task The_log_is_cut_to_its_end_and_kept_whole_in_the_store()
    {
        using var workspace = new Workspace().Recipe("chatty", "for i in $(seq 1 2000); do echo \"line $i of many\"; done\nexit 1");
        var result = (await workspace.BuildAsync("test/chatty")).Fails(1, "line 2000 of many").DoesNotSay("line 100 of many");
        var log = result.Error.Split('\n').Single(l => l.Contains("  log: ", StringComparison.Ordinal)).Split("log: ")[1];
        Assert.Contains("line 1 of many", File.ReadAllText(log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_commands_and_lines_are_cut_where_they_are_shown_and_whole_in_the_log()
    {
        using var workspace = new Workspace().Recipe("long", $"echo {new string('x', 5000)}y\nfalse {new string('z', 1000)}w");
        var result = (await workspace.BuildAsync("test/long")).Fails(1, $"with exit code 1: false {new string('z', 100)}", "...").DoesNotSay("zw").DoesNotSay("xy");
        var log = result.Error.Split('\n').Single(l => l.Contains("  log: ", StringComparison.Ordinal)).Split("log: ")[1];
        Assert.Contains("xy\n", File.ReadAllText(log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kept_failure_can_be_looked_into_and_survives_the_next_run()
    {
        using var workspace = new Workspace().Recipe("kept", "echo half > half\nexit 1");
        var result = (await workspace.BuildAsync("--keep-failed", "test/kept")).Fails(1, "kept: ");
        var kept = result.Error.Split('\n').Single(l => l.Contains("  kept: ", StringComparison.Ordinal)).Split("kept: ")[1];
        await workspace.BuildAsync("test/kept");
        Assert.Equal("half\n", File.ReadAllText(Path.Combine(kept, "build/src/half")));
        Directory.Delete(kept, recursive: true);
    }

    [Fact]
    public async Task With_keep_going_every_failure_is_told_and_the_rest_is_built()
    {
        using var workspace = new Workspace().Recipe("bad", "exit 1").Recipe("good", $"echo {Workspace.Fresh()} > \"$OUTPUT/x\"");
        var result = await workspace.BuildAsync("--keep-going", "test/bad", "test/none", "test/good");
        Assert.Equal(1, result.ExitCode);
        result.Says("'test/bad-1.0' failed", "test/none");
        Assert.Contains("test/good-1.0 runtime sha256:", result.Output, StringComparison.Ordinal);
    }
}
