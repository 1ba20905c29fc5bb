using System.Text.Json;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary><c>buildit why</c> and <c>buildit graph --runtime</c>: why something is in an image, by its own files.</summary>
public sealed class WhyTests : IAsyncLifetime, IDisposable
{
    private readonly Workspace _workspace = new();

    /// <summary>A script that bash runs, a copy of a program that loads a library, a declared need, and files and a script of the container's own.</summary>
    public async Task InitializeAsync()
    {
        _workspace.Recipe("data", "mkdir -p \"$OUTPUT/usr/share\"\necho data > \"$OUTPUT/usr/share/data\"", tools: Workspace.FewTools);
        _workspace.Recipe(
            "app",
            "mkdir -p \"$OUTPUT/usr/bin\"\ncp /usr/bin/dash \"$OUTPUT/usr/bin/loads\"\nprintf '#!/bin/bash\\n' > \"$OUTPUT/usr/bin/script\"\nchmod 755 \"$OUTPUT/usr/bin/script\"",
            tools: Workspace.FewTools.Replace("]", ", debian/bash], runtime: [test/data]", StringComparison.Ordinal));
        _workspace.Write("containers/small/files/run.sh", "#!/usr/bin/env dash\n");
        _workspace.Container("- package: test/app\n- package: debian/dash\n- package: debian/coreutils\n- sync: {src: ./files/run.sh, dest: /opt/run.sh, chmod: 0755}\n- image: {type: oci, compression: none}\n- image: {type: aci, compression: none}\n");
        await _workspace.MustBuildAsync("containers/small");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task A_file_is_followed_to_the_step_that_asks_for_its_package() => Assert.Equal(
        "/usr/bin/loads comes from test/app-1.0\n    containers/small/container.yaml:2:3 asks for test/app-1.0\n",
        await WhyAsync("/usr/b*/load?"));

    [Fact]
    public async Task A_soname_is_followed_to_the_files_that_load_it()
    {
        var said = await WhyAsync("libc.so.6");
        Assert.Matches(@"^libc\.so\.6: /usr/lib/x86_64-linux-gnu/libc\.so\.6 of debian/libc6-\S+\n", said);
        Assert.Matches(@" test/app-1\.0 needs debian/libc6-\S+: loads libc\.so\.6 \(/usr/bin/loads\); started by /lib64/ld-linux-x86-64\.so\.2 \(/usr/bin/loads\)\n", await WhyAsync("libc6"));
        Assert.Matches(@"\n    loaded by .*test/app-1\.0 \(/usr/bin/loads\)", said);
    }

    [Fact]
    public async Task Interpreters_declared_needs_and_Debian_s_dependencies_are_told_apart()
    {
        Assert.Matches(@"\n    test/app-1\.0 needs debian/bash-\S+: has scripts for /bin/bash \(/usr/bin/script\)\n", await WhyAsync("debian/bash"));
        Assert.Contains("\n    test/app-1.0 needs test/data-1.0: declared runtime need\n", await WhyAsync("/usr/share/data"), StringComparison.Ordinal);
        Assert.Matches(@"debian/libc6-\S+ needs debian/libgcc-s1-\S+: Debian dependency\n", await WhyAsync("libgcc-s1"));
    }

    [Fact]
    public async Task The_container_s_own_files_are_followed_to_their_steps_and_to_what_they_need()
    {
        Assert.Equal("/opt/run.sh comes from the container itself\n    the step at containers/small/container.yaml:5:3 puts it there\n", await WhyAsync("/opt"));
        Assert.Contains("\n    containers/small/container.yaml:3:3 asks for debian/dash-", await WhyAsync("dash"), StringComparison.Ordinal);
        Assert.Matches(@"files of the container need it: has scripts for dash \(/opt/run\.sh\)\n", await WhyAsync("dash"));
        _workspace.Write("containers/bare/container.yaml", "- vars: {name: bare, version: 1}\n- package: test/data\n- image: {type: oci, compression: none}\n");
        Assert.Equal("/proc comes from no package: every image has it\n", (await _workspace.MustBuildAsync("why", "containers/bare", "/proc")).Output);
    }

    [Fact]
    public async Task Every_path_of_the_image_has_an_owner()
    {
        var environment = new Dictionary<string, string>(_workspace.Environment) { ["BUILDIT_STORE"] = _workspace.Store };
        Assert.Equal([], await Owners.UnownedAsync(_workspace.Path, environment, "containers/small", _workspace.In("out/small-1-linux-amd64.aci")));
    }

    [Theory]
    [InlineData("libcc.so.6", "did you mean 'libc.so.6'?")]
    [InlineData("test/date", "did you mean 'test/data'?")]
    [InlineData("script", "there is '/usr/bin/script'")]
    [InlineData("/bin/data", "there is '/usr/share/data'")]
    [InlineData("/usr/bin/loadss", "did you mean '/usr/bin/loads'?")]
    [InlineData("something/else", "'buildit graph containers/small --runtime' shows its packages")]
    public async Task What_is_not_there_is_told_with_what_is_near(string pattern, string hint) =>
        (await _workspace.BuildAsync("why", "containers/small", pattern)).Fails(1, $"nothing in 'small-1' matches '{pattern}'", hint);

    [Fact]
    public async Task Programs_get_chain_and_reasons()
    {
        using var answer = JsonDocument.Parse(await WhyAsync("/usr/share/data", "--json"));
        var match = answer.RootElement.GetProperty("matches").EnumerateArray().Single();
        Assert.Equal(("path", "test/data"), (match.GetProperty("kind").GetString(), match.GetProperty("package").GetString()));
        Assert.Equal(
            ["asked: containers/small/container.yaml:2:3", "declared: "],
            match.GetProperty("chain").EnumerateArray().Select(e => e.GetProperty("reasons")[0]).Select(r => $"{r.GetProperty("kind").GetString()}: {string.Join(' ', r.GetProperty("files").EnumerateArray().Select(f => f.GetString()))}"));
    }

    [Fact]
    public async Task A_runtime_graph_has_the_same_reasons()
    {
        using var graph = JsonDocument.Parse((await _workspace.MustBuildAsync("graph", "containers/small", "--runtime", "--format", "json")).Output);
        var edge = graph.RootElement.GetProperty("edges").EnumerateArray().Single(e => e.GetProperty("from").GetString() == "test/app" && e.GetProperty("to").GetString() == "debian/bash");
        Assert.Equal("has scripts for /bin/bash", edge.GetProperty("reasons")[0].GetProperty("words").GetString());
        Assert.Equal("/usr/bin/script", edge.GetProperty("reasons")[0].GetProperty("files")[0].GetString());
        var data = graph.RootElement.GetProperty("nodes").EnumerateArray().Single(n => n.GetProperty("id").GetString() == "test/data");
        Assert.Equal(5, data.GetProperty("bytes").GetInt64());
        Assert.Contains("\"test/app\" -> \"test/data\" [label=\"declared runtime need\"", (await _workspace.MustBuildAsync("graph", "test/app", "--runtime")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_built_as_it_is_declared_now_is_told_with_what_to_do()
    {
        _workspace.Recipe("data", $"mkdir -p \"$OUTPUT/usr/share\"\necho {Workspace.Fresh()} > \"$OUTPUT/usr/share/data\"", tools: Workspace.FewTools);
        (await _workspace.BuildAsync("why", "containers/small", "bash")).Fails(7, "'small-1' was not built as it is declared now: the store has no 'test/app-1.0'", "build it first: 'buildit containers/small'");
        (await _workspace.BuildAsync("why", "containers/small")).Fails(2, "takes an IMAGE and one PATTERN");
        (await _workspace.BuildAsync("why", "containers/none", "bash")).Fails(2, "there is no target 'containers/none'");
    }

    private async Task<string> WhyAsync(string pattern, params string[] options) => (await _workspace.MustBuildAsync(["why", "containers/small", pattern, .. options])).Output;
}
