using System.Runtime.InteropServices;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>Running images: 'buildit run' and 'buildit compare'.</summary>
public sealed class InstanceTests
{
    private const string Image = "containers/small";

    [Fact]
    public async Task An_instance_has_what_it_needs_and_no_more()
    {
        using var workspace = Make();
        workspace.Write("seen/file", "from outside\n");
        // Whoever an instance runs as is nobody's user here.
        Run.Shell($"chmod -R a+rX '{workspace.In("seen")}'");
        var result = await workspace.BuildAsync("run", Image, "-e", "B=2", "-v", "seen:/seen:ro", "--", "-c", """
            echo "$A$B $HOME"
            while read name value; do case "$name" in Uid:|CapEff:|NoNewPrivs:) echo "$name $value";; esac; done < /proc/self/status
            (echo x > /etc/x) 2> /dev/null || echo read-only
            (echo x > /seen/x) 2> /dev/null || echo seen read-only
            for place in /tmp /run /data; do echo x > $place/x && echo $place; done
            read line < /seen/file; echo "$line"
            while read name rest; do case "$name" in *:) echo "net $name";; esac; done < /proc/net/dev
            read line && echo "in $line"
            echo out of order >&2
            exit 7
            """);
        Assert.Equal(7, result.ExitCode);
        var lines = result.Output.Split('\n');
        Assert.Equal("12 /", lines[0]);
        Assert.Contains("CapEff: 0000000000000000", lines);
        Assert.Contains("NoNewPrivs: 1", lines);
        Assert.Equal(["read-only", "seen read-only", "/tmp", "/run", "/data", "from outside", "net lo:", ""], lines[4..]);
        Assert.Contains("out of order", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_writable_root_is_a_copy()
    {
        using var workspace = Make();
        string[] run = ["run", Image, "--writable", "--user", "root", "--", "-c", "read line < /etc/text; echo $line; echo changed > /etc/text; read line < /etc/text; echo $line"];
        var first = (await workspace.BuildAsync(run)).Succeeds();
        Assert.EndsWith("\nchanged\n", first.Output, StringComparison.Ordinal);
        Assert.Equal(first.Output, (await workspace.BuildAsync(run)).Succeeds().Output);
    }

    [Fact]
    public async Task A_signal_reaches_the_program_whose_exit_code_counts()
    {
        using var workspace = Make();
        using var process = workspace.Start("run", Image, "--", "-c", "trap 'exit 9' TERM; echo ready; while :; do read line < /run/none || :; done 2> /dev/null");
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
        Run.Signal(PosixSignal.SIGTERM, process.Id);
        Assert.Equal(9, (await Run.EndOfAsync(process)).ExitCode);
        Run.LeavesNoWork(workspace.Store, process.Id);
    }

    [Fact]
    public async Task An_instance_ends_with_a_buildit_that_is_killed()
    {
        using var workspace = Make();
        var mark = Workspace.Fresh();
        using var process = workspace.Start("run", Image, "--", "-c", $"echo ready; while :; do :; done; : {mark}");
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
        process.Kill();
        await Run.UntilAsync(() => Directory.EnumerateDirectories("/proc").All(d => !IsOf(d, mark)), "the end of the instance");
    }

    [Theory]
    [InlineData(2, "are not two ports", "-p", "80")]
    [InlineData(2, "are not two ports", "-p", "80:80:80")]
    [InlineData(2, "'word' is one word too many", "word")]
    [InlineData(2, "only connections of TCP", "-p", "53:53/udp")]
    [InlineData(2, "there is no 'nothing' on this machine", "-v", "nothing:/x")]
    [InlineData(2, "the image has no program 'bash'", "--entrypoint", "bash")]
    [InlineData(2, "the image has no user 'rot'", "--user", "rot")]
    [InlineData(2, "'much' is not an amount of memory", "--memory", "much")]
    [InlineData(2, "there is no option '--writabel'", "--writabel")]
    [InlineData(2, "--bundle runs nothing", "-p", "1234:80", "--bundle", "there")]
    public async Task Mistakes_are_told(int code, string said, params string[] arguments)
    {
        using var workspace = Make();
        (await workspace.BuildAsync(["run", Image, .. arguments])).Fails(code, said);
    }

    [Fact]
    public async Task A_bundle_is_written_and_nothing_is_run()
    {
        using var workspace = Make();
        (await workspace.BuildAsync("run", Image, "--bundle", "bundle")).Succeeds();
        Assert.Equal(["config.json", "rootfs"], Directory.EnumerateFileSystemEntries(workspace.In("bundle")).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal));
        Assert.StartsWith("hello", File.ReadAllText(workspace.In("bundle/rootfs/etc/text")), StringComparison.Ordinal);
        (await workspace.BuildAsync("run", Image, "--bundle", "bundle")).Fails(2, "'bundle' is there already");
    }

    [Fact]
    public async Task What_two_images_do_is_compared()
    {
        using var workspace = Make();
        workspace.Write("containers/other/container.yaml", "- vars: {name: other, version: 1}\n- package: debian/dash\n- sync: {src: ./text, dest: /etc/text}\n" + Workspace.OciImage);
        workspace.Write("containers/other/text", "good bye\n");
        workspace.Write("site/in", "input\n");
        string[] compare = ["compare", Image, "containers/other", "--input", "site", "--", "/bin/sh", "-c"];
        Assert.Contains("files: equal", (await workspace.BuildAsync([.. compare, "read x < in; echo $x > out; echo $x"])).Succeeds().Output, StringComparison.Ordinal);

        var different = await workspace.BuildAsync([.. compare, "read a b < /etc/text; echo $a > out; echo $a; test $a = hello"]);
        Assert.Equal(1, different.ExitCode);
        Assert.Contains("exit code: 0 -> 1\nstdout: different\n  -hello\n  +good\nstderr: equal\nfiles: different\n  /input/out: content", different.Output, StringComparison.Ordinal);
        Assert.Equal(["in"], Directory.EnumerateFiles(workspace.In("site")).Select(f => Path.GetFileName(f)!));

        // A pipe that is left in a writable directory is waited for by nobody.
        Run.Shell($"mkfifo '{workspace.In("site/pipe")}'");
        (await workspace.BuildAsync("compare", Image, "containers/other", "--input", "site", "--", "/bin/sh", "-c", "read x < in")).Succeeds();

        workspace.Write("words", "one\n");
        Assert.Contains("stdout: equal", (await workspace.BuildAsync("compare", Image, "containers/other", "--input", "words", "--", "/bin/sh", "-c", "read x; echo $x")).Succeeds().Output, StringComparison.Ordinal);
        (await workspace.BuildAsync("compare", Image, "containers/other", "--", "/bin/none")).Fails(2, "'/bin/none' cannot be started", "hint: what is after '--' must be a program of both images");
        (await workspace.BuildAsync("compare", Image, "--", "true")).Fails(2, "takes two images");
    }

    private static Workspace Make()
    {
        var workspace = new Workspace().Container("- package: debian/dash\n- sync: {src: ./text, dest: /etc/text}\n- image: {type: oci, tag: 'small:1', compression: none, entrypoint: [/bin/sh], env: {A: 1}, volumes: [/data]}\n");
        workspace.Write("containers/small/text", $"hello {Workspace.Fresh()}\n");
        return workspace;
    }

    private static bool IsOf(string directory, string mark)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(directory)[0]) && Path.GetFileName(directory) != Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)
                && File.ReadAllText(Path.Combine(directory, "cmdline")).Contains(mark, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
