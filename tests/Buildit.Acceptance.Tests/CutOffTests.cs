namespace Buildit.Acceptance.Tests;

/// <summary>Early cutoff: a change that gives the same files stops where it is made. Builds are counted.</summary>
public sealed class CutOffTests
{
    private readonly string _mark = Workspace.Fresh();

    [Theory]
    [InlineData("# only a comment\ninstall_it")]
    [InlineData("install_it   ;   true")]
    public async Task A_change_that_gives_the_same_files_rebuilds_that_one_package_and_leaves_images_untouched(string changed)
    {
        using var workspace = Levels();
        var first = await workspace.MustBuildAsync("containers/small");
        Assert.Equal(["test/base-1.0", "test/lib-1.0", "test/tool-1.0", "test/top-1.0"], first.Built());
        var image = State(workspace);

        Base(workspace, changed);
        var second = await workspace.MustBuildAsync("containers/small");
        Assert.Equal(["test/base-1.0"], second.Built());
        Assert.Equal(["test/lib-1.0", "test/tool-1.0", "test/top-1.0"], second.CutOff());
        Assert.NotEqual(first.Hash(), second.Hash());
        Assert.Equal(first.Output, second.Output);
        Assert.Equal(image, State(workspace));

        // The new recipe keys have records of their own.
        var third = (await workspace.MustBuildAsync("containers/small")).Says("Found HASH in the local store.", "Nothing was built");
        Assert.Empty(third.Built().Concat(third.CutOff()));
        Assert.Equal(second.Hash(), third.Hash());
    }

    [Fact]
    public async Task A_change_that_gives_other_files_goes_up_as_far_as_files_differ()
    {
        using var workspace = Levels();
        await workspace.MustBuildAsync("test/top");
        // What the tool and the library make does not hold the base's second file.
        Base(workspace, "install_it\necho more > \"$OUTPUT/usr/share/base/more\"");
        var second = await workspace.MustBuildAsync("test/top");
        Assert.Equal(["test/base-1.0", "test/lib-1.0", "test/tool-1.0"], second.Built());
        Assert.Equal(["test/top-1.0"], second.CutOff());
    }

    [Fact]
    public async Task A_distribution_package_is_not_imported_again_because_of_what_comes_with_it()
    {
        using var workspace = new Workspace();
        Base(workspace, "install_it");
        // Whatever it depends on is there then, also in a store that was never used.
        await workspace.Recipe("plain", "touch \"$OUTPUT/plain\"", tools: "[toolchain/c, debian/libdeflate-tools]").MustBuildAsync("test/plain");
        workspace.Write("pkgs/test/adapted/pkg.yaml", $"base: debian/libdeflate-tools\nneeds: {{runtime: [test/base]}}\nlinks: {{/usr/share/{_mark}: base}}\n");
        workspace.Recipe("user", "install -D /usr/share/base/text \"$OUTPUT/usr/share/user/text\"", tools: "[toolchain/c, test/adapted]");
        var first = (await workspace.MustBuildAsync("test/user")).Says("imported 1 distribution packages");
        Assert.Equal(["test/base-1.0", "test/user-1.0"], first.Built());
        Base(workspace, "# a comment\ninstall_it");
        var second = (await workspace.MustBuildAsync("test/user")).DoesNotSay("imported");
        Assert.Equal(["test/base-1.0"], second.Built());
        Assert.Equal(["test/user-1.0"], second.CutOff());
        Assert.NotEqual(first.Hash(), second.Hash());
        Assert.Equal(first.Output, second.Output);
    }

    [Fact]
    public async Task With_keep_going_what_does_not_depend_on_a_failure_is_built_and_the_rest_is_summed_up()
    {
        using var workspace = Levels();
        workspace.Recipe("bad", "exit 3").Recipe("alone", $"echo {_mark} > \"$OUTPUT/alone\"");
        workspace.Recipe("above", "true", tools: "[toolchain/c, test/bad, test/tool]").Recipe("higher", "true", tools: "[toolchain/c, test/above]");
        workspace.Container("- package: test/higher\n- package: test/top\n- package: test/alone\n" + Workspace.OciImage);
        var result = await workspace.BuildAsync("--keep-going", "containers/small", "test/none");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(["test/alone-1.0", "test/base-1.0", "test/lib-1.0", "test/tool-1.0", "test/top-1.0"], result.Built());
        var summary = result.Error[result.Error.IndexOf("Summary: ", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("Summary: 2 failed, 3 skipped, 5 built", summary[0]);
        Assert.StartsWith("    failed: test/bad-1.0: 'test/bad-1.0' failed in phase 'install' with exit code 3", summary[1], StringComparison.Ordinal);
        Assert.StartsWith("        log: ", summary[2], StringComparison.Ordinal);
        Assert.Contains("exit 3", File.ReadAllText(summary[2].Trim()["log: ".Length..]), StringComparison.Ordinal);
        Assert.StartsWith("    failed: test/none: ", summary[3], StringComparison.Ordinal);
        Assert.Equal(
            ["    skipped: images of small-1, because of test/bad-1.0", "    skipped: test/above-1.0, because of test/bad-1.0", "    skipped: test/higher-1.0, because of test/bad-1.0"],
            summary[4..]);
    }

    /// <summary>base &lt;- tool (runs it), lib (a group brings it) &lt;- top (by the group and the tool).</summary>
    private Workspace Levels()
    {
        var workspace = new Workspace();
        Base(workspace, "install_it");
        workspace.Write("pkgs/test/both/pkg.yaml", "name: both\nneeds: {runtime: [test/base]}\nlinks: {/usr/share/alias: base}\n");
        workspace.Recipe("tool", "install -D /usr/share/base/text \"$OUTPUT/usr/share/tool/text\"", tools: "[toolchain/c, test/base]");
        workspace.Recipe("lib", "install -D /usr/share/alias/text \"$OUTPUT/usr/share/lib/text\"", tools: "[toolchain/c, test/both]");
        workspace.Recipe("top", "mkdir \"$OUTPUT/etc\"; cat /usr/share/lib/text /usr/share/tool/text > \"$OUTPUT/etc/top\"", tools: "[toolchain/c, test/tool]", more: "");
        var text = File.ReadAllText(workspace.In("pkgs/test/top/pkg.yaml")).Replace("tools: [toolchain/c, test/tool]", "tools: [toolchain/c, test/tool], libs: [test/lib]", StringComparison.Ordinal);
        workspace.Write("pkgs/test/top/pkg.yaml", text);
        return workspace.Container("- package: test/top\n" + Workspace.OciImage);
    }

    private void Base(Workspace workspace, string install) => workspace.Recipe(
        "base", $"install_it() {{ mkdir -p \"$OUTPUT/usr/share/base\"; echo {_mark} > \"$OUTPUT/usr/share/base/text\"; }}\n{install}");

    private static string State(Workspace workspace) => Run.Shell($"find '{workspace.In("out")}' -printf '%P %i %T@ %s\\n' | sort");
}
