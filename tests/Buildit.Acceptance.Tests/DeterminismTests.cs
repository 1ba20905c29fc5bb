using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>The same input gives the same bytes: elsewhere, at another time, for another user's settings, in another store.</summary>
public sealed class DeterminismTests
{
    private const string Source = "#include <stdio.h>\nint main(void) { puts(\"hello from \" __FILE__); return 0; }\n";

    [Fact]
    public async Task R50_another_path_umask_time_zone_language_and_number_of_jobs_give_the_same_bytes()
    {
        using var here = Make();
        using var there = Make();
        using var process = here.Start("-j1", "--rebuild", "containers/small");
        var first = (await Run.EndOfAsync(process)).Succeeds();
        Run.Shell($"chmod -R go-rwx '{there.Path}'");
        var second = Run.Script("umask 077; TZ=Asia/Tokyo LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 exec \"$BUILDIT\" -j2 --rebuild containers/small", there).Succeeds();
        Assert.Equal(first.Output, second.Output);
        Assert.Equal("", Run.Shell($"diff -r '{here.In("out")}' '{there.In("out")}'"));
        Assert.Equal(first.Hash(), second.Hash());
    }

    [Fact]
    public async Task Another_store_gives_the_same_bytes()
    {
        using var here = Small();
        using var there = Small().WithOwnStore();
        var first = await here.MustBuildAsync("containers/small");
        var second = await there.MustBuildAsync("containers/small");
        Assert.Equal(first.Output, second.Output);
        Assert.Equal("", Run.Shell($"diff -r '{here.In("out")}' '{there.In("out")}'"));
    }

    [Fact]
    public async Task A_second_run_builds_nothing_and_says_so()
    {
        using var workspace = Make();
        var first = await workspace.MustBuildAsync("containers/small");
        var second = (await workspace.MustBuildAsync("containers/small")).Says("Found HASH in the local store.", "Nothing was built").DoesNotSay("building");
        Assert.Equal(first.Output, second.Output);
        Assert.Equal(2, second.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Owner_and_mode_of_files_of_the_workspace_do_not_count_beyond_the_executable_bit()
    {
        using var workspace = Make();
        var first = await workspace.MustBuildAsync("test/hello");
        Run.Shell($"chmod 600 '{workspace.In("pkgs/test/hello/src/hello.c")}' && touch -d 2001-02-03 '{workspace.In("pkgs/test/hello/src/hello.c")}'");
        Assert.Equal(first.Hash(), (await workspace.MustBuildAsync("test/hello")).Hash());
        Run.Shell($"chmod 700 '{workspace.In("pkgs/test/hello/src/hello.c")}'");
        Assert.NotEqual(first.Hash(), (await workspace.MustBuildAsync("test/hello")).Hash());
    }

    private static Workspace Make()
    {
        var workspace = new Workspace();
        workspace.Write("pkgs/test/hello/src/hello.c", Source);
        workspace.Recipe("hello", "make -j\"$JOBS\" hello CFLAGS='-O2 -g'\ninstall -D hello \"$OUTPUT/usr/bin/hello\"", more: "versions: {1.0: {sources: [{path: src}]}}\n");
        workspace.Write("containers/small/files/motd", "welcome\n");
        workspace.Container(
            "- package: test/hello\n- sync: {src: files/, dest: /etc/, recursive: true, chmod: 0644}\n- test: {command: [/usr/bin/hello], expect: {stdout: hello from hello.c}}\n- image: {type: aci}\n- image: {type: oci, tag: 'small:1'}\n");
        return workspace;
    }

    private static Workspace Small() => new Workspace().Recipe("files", "mkdir \"$OUTPUT/etc\"; date -u +%Y > \"$OUTPUT/etc/files\"; ln -s files \"$OUTPUT/etc/link\"", tools: Workspace.FewTools)
        .Container("- package: test/files\n" + Workspace.OciImage);
}
