using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>What an image must hold, what is left out of it on purpose, and what its files should not know.</summary>
public sealed class ClosureTests : IDisposable
{
    private const string File = "containers/small/container.yaml";
    private static readonly string WithBash = Workspace.FewTools.Replace("]", ", debian/bash]", StringComparison.Ordinal);
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task A_library_that_the_container_excludes_is_missed_by_the_file_that_loads_it()
    {
        _workspace.Recipe("app", "mkdir -p \"$OUTPUT/usr/bin\"\ncp /usr/bin/bash \"$OUTPUT/usr/bin/loads\"", tools: WithBash);
        _workspace.Container("- package: test/app\n- exclude: [debian/libtinfo6]\n" + Workspace.OciImage);
        (await _workspace.BuildAsync("containers/small")).Fails(
            1, "'/usr/bin/loads' of 'test/app' needs 'libtinfo.so.6', which is not in the image", $"'debian/libtinfo6' has it, which the container excludes at {File}:3:13");
        _workspace.Container("- package: test/app\n" + Workspace.OciImage);
        await _workspace.MustBuildAsync("containers/small");
    }

    [Fact]
    public async Task What_is_only_declared_to_be_needed_can_be_excluded_with_all_that_it_brings_along()
    {
        _workspace.Container("- package: debian/dash\n- exclude: [debian/libgcc-s1]\n- test: {command: [/bin/sh, -c, 'echo it runs'], expect: {stdout: it runs}}\n" + Workspace.OciImage);
        await _workspace.MustBuildAsync("containers/small");
        var graph = (await _workspace.MustBuildAsync("graph", "containers/small", "--runtime")).Output;
        Assert.Contains("debian/libc6", graph, StringComparison.Ordinal);
        Assert.DoesNotContain("debian/libgcc-s1", graph, StringComparison.Ordinal);
        Assert.DoesNotContain("debian/gcc-12-base", graph, StringComparison.Ordinal);
        (await _workspace.BuildAsync("why", "containers/small", "libgcc-s1")).Fails(1, $"the container excludes 'debian/libgcc-s1' at {File}:3:13");
    }

    [Fact]
    public async Task To_exclude_what_is_asked_for_is_an_error_and_what_nothing_needs_a_warning()
    {
        _workspace.Container("- package: debian/dash\n- exclude: [debian/dash]\n" + Workspace.OciImage);
        (await _workspace.BuildAsync("containers/small")).Fails(2, $"{File}:3:13", $"the container excludes 'debian/dash' and asks for it at {File}:2:3");
        _workspace.Container("- package: debian/dash\n- exclude: [debian/libgcc-s2]\n" + Workspace.OciImage);
        (await _workspace.MustBuildAsync("containers/small")).Says("warning: no package of the container needs 'debian/libgcc-s2', which it excludes", "did you mean 'debian/libgcc-s1'?");
    }

    [Theory]
    [InlineData("- image: {type: oci, entrypoint: [/usr/bin/bash]}\n", "the entrypoint '/usr/bin/bash' is not in the image", "'debian/bash' has it: add '- package: debian/bash'")]
    [InlineData("- image: {type: aci, event-handlers: {pre-start: [bash, -c, x]}}\n", "the event handler 'pre-start' 'bash' is not in the image", "'debian/bash' has it")]
    [InlineData("- image: {type: oci}\n- test: {command: [/usr/bin/dahs]}\n", "the test '/usr/bin/dahs' is not in the image")]
    [InlineData("- image: {type: oci}\n- accounts: {users: [{name: a, uid: 7, shell: /bin/bash}]}\n", "the shell of 'a' '/bin/bash' is not in the image", "'debian/bash' has it")]
    public async Task A_declared_command_that_is_missing_is_told_at_its_step_with_the_package_that_has_it(string steps, params string[] said)
    {
        _workspace.Container("- package: debian/dash\n" + steps);
        (await _workspace.BuildAsync("containers/small")).Fails(1, [File + ":", .. said]);
        Assert.False(Directory.Exists(_workspace.In("out/small-1-linux-amd64.oci")));
    }

    [Fact]
    public async Task A_library_that_is_opened_is_needed_and_the_reason_is_known()
    {
        _workspace.Recipe("app", $"mkdir -p \"$OUTPUT/usr/share\"\necho {Workspace.Fresh()} > \"$OUTPUT/usr/share/app\"", "outputs: {runtime: {dlopen: [libtinfo.so.6]}}\n", WithBash);
        _workspace.Container("- package: test/app\n- package: debian/dash\n" + Workspace.OciImage);
        await _workspace.MustBuildAsync("containers/small");
        Assert.Matches(@" test/app-1\.0 needs debian/libtinfo6-\S+: opens libtinfo\.so\.6\n", (await _workspace.MustBuildAsync("why", "containers/small", "debian/libtinfo6")).Output);
        Assert.Contains("test/app-1.0 (dlopen)", (await _workspace.MustBuildAsync("why", "containers/small", "libtinfo.so.6")).Output, StringComparison.Ordinal);

        _workspace.Container("- package: test/app\n- package: debian/dash\n- exclude: [debian/libtinfo6]\n" + Workspace.OciImage);
        (await _workspace.BuildAsync("containers/small")).Fails(1, "'test/app' opens 'libtinfo.so.6' (dlopen), which is not in the image");
    }

    [Fact]
    public async Task Paths_of_the_build_in_a_file_are_told_when_it_is_built_and_when_an_image_is_composed_unless_the_recipe_allows_them()
    {
        const string Outputs = "outputs: {runtime: {allow-references: [ALLOWED]}}\n";
        var install = $"mkdir -p \"$OUTPUT/usr/share\"\nprintf 'see /build/src/{Workspace.Fresh()} and /usr/bin/mkdir' > \"$OUTPUT/usr/share/data\"";
        _workspace.Recipe("data", install, Outputs.Replace("ALLOWED", "", StringComparison.Ordinal), Workspace.FewTools);
        string[] said = ["'/usr/share/data' of 'test/data-1.0' names '/build/src/", "(at offset 4): a path of its build", "names '/usr/bin/mkdir' (at offset 52): a program of 'debian/coreutils'"];
        (await _workspace.MustBuildAsync("test/data")).Says(said);
        (await _workspace.MustBuildAsync("test/data")).DoesNotSay("names '/build");

        _workspace.Container("- package: test/data\n" + Workspace.OciImage);
        (await _workspace.MustBuildAsync("containers/small")).Says(said);
        _workspace.Recipe("data", install, Outputs.Replace("ALLOWED", "/build/src, /usr/bin/mkdir", StringComparison.Ordinal), Workspace.FewTools);
        _workspace.Container("- package: test/data\n- directory: {path: /srv}\n" + Workspace.OciImage);
        (await _workspace.MustBuildAsync("containers/small")).DoesNotSay("building, log").DoesNotSay("names '/");
    }
}
