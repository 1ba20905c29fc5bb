using System.Diagnostics;
using System.Runtime.InteropServices;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>Ctrl-C, SIGTERM and kill -9 at every point: children are gone, nothing unfinished counts, and the next run succeeds.</summary>
public sealed class InterruptTests
{
    [Theory]
    [InlineData("prepare")]
    [InlineData("configure")]
    [InlineData("build")]
    [InlineData("check")]
    [InlineData("install")]
    [InlineData("test")]
    public async Task Ctrl_c_in_a_phase_ends_everything_and_a_rerun_succeeds(string phase)
    {
        var mark = Workspace.Fresh();
        using var workspace = Sleeping(phase, mark);
        using var process = workspace.Start("test/sleepy");
        await Run.UntilAsync(() => Run.ProcessesWith(mark).Length > 0, $"phase {phase}");
        Run.Signal(PosixSignal.SIGINT, process.Id);
        (await Run.EndOfAsync(process)).Fails(130, "interrupted; what was finished is kept").DoesNotSay("failed in phase");
        await GoneAndRebuiltAsync(workspace, process, mark, phase);
    }

    [Fact]
    public async Task Ctrl_c_on_a_terminal_which_reaches_the_sandbox_too_is_no_build_failure()
    {
        var mark = Workspace.Fresh();
        using var workspace = Sleeping("build", mark);
        // A process group of its own, as a shell with job control makes one; the signal goes to all of it.
        using var process = Process.Start(new ProcessStartInfo("setsid", ["env", "--default-signal=INT", Run.Program, "test/sleepy"])
        {
            WorkingDirectory = workspace.Path,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["BUILDIT_STORE"] = workspace.Store, ["DOTNET_ROOT"] = Run.DotnetRoot },
        })!;
        await Run.UntilAsync(() => Run.ProcessesWith(mark).Length > 0, "phase build");
        Run.Signal(PosixSignal.SIGINT, -process.Id);
        (await Run.EndOfAsync(process)).Fails(130, "interrupted").DoesNotSay("failed in phase");
        Assert.Empty(Run.ProcessesWith(mark));
    }

    [Fact]
    public async Task Ctrl_c_while_a_source_is_unpacked_or_fetched_is_no_failure()
    {
        using var server = new SmallServer { Holds = true };
        using var workspace = new Workspace().Recipe("held", "true", more: $"versions:\n  1.0:\n    sources:\n      - url: {server.Url}/a.tar\n        sha256: {Workspace.Fresh()}{Workspace.Fresh()}\n");
        using var process = workspace.Start("test/held");
        await Run.UntilAsync(() => server.Requests > 0, "the request");
        Run.Signal(PosixSignal.SIGINT, process.Id);
        (await Run.EndOfAsync(process)).Fails(130, "interrupted");
        Run.LeavesNoWork(workspace.Store, process.Id);
    }

    [Fact]
    public async Task Sigterm_is_obeyed_as_ctrl_c_is()
    {
        var mark = Workspace.Fresh();
        using var workspace = Sleeping("build", mark);
        using var process = workspace.Start("test/sleepy");
        await Run.UntilAsync(() => Run.ProcessesWith(mark).Length > 0, "phase build");
        Run.Signal(PosixSignal.SIGTERM, process.Id);
        (await Run.EndOfAsync(process)).Fails(130, "interrupted");
        await GoneAndRebuiltAsync(workspace, process, mark, "build");
    }

    [Fact]
    public async Task A_pipe_that_nobody_writes_to_does_not_keep_a_run_from_ending()
    {
        using var workspace = new Workspace();
        Run.Shell($"mkfifo '{workspace.In("pipe")}'");
        using var process = workspace.Start("bundle", "list", "pipe");
        // Whoever opens the other end waits for the program to open its own: then it waits to read.
        using var other = await Task.Run(() => new FileStream(workspace.In("pipe"), FileMode.Open, FileAccess.Write));
        Run.Signal(PosixSignal.SIGTERM, process.Id);
        (await Run.EndOfAsync(process)).Fails(130, "stopping (once more to stop at once)", "interrupted");
    }

    [Fact]
    public async Task After_kill_9_the_children_are_gone_and_the_next_run_sweeps_and_succeeds()
    {
        var mark = Workspace.Fresh();
        using var workspace = Sleeping("build", mark);
        using var process = workspace.Start("test/sleepy");
        await Run.UntilAsync(() => Run.ProcessesWith(mark).Length > 0, "phase build");
        process.Kill();
        await Run.EndOfAsync(process);
        await Run.UntilAsync(() => Run.ProcessesWith(mark).Length == 0, "the end of the sandbox");
        await GoneAndRebuiltAsync(workspace, process, mark, "build");
    }

    private static Workspace Sleeping(string phase, string mark)
    {
        var workspace = new Workspace();
        Write(workspace, phase, $"perl -e 'sleep 600' {mark}", mark);
        return workspace;
    }

    private static async Task GoneAndRebuiltAsync(Workspace workspace, Process process, string mark, string phase)
    {
        Assert.Empty(Run.ProcessesWith(mark));
        Write(workspace, phase, "true", mark);
        (await workspace.MustBuildAsync("test/sleepy")).Says("Can't find HASH", "built in");
        Run.LeavesNoWork(workspace.Store, process.Id);
    }

    private static void Write(Workspace workspace, string phase, string command, string mark)
    {
        var install = $"echo {mark} > \"$OUTPUT/x\"";
        var phases = phase switch
        {
            "install" => $"  install: |\n    {command}\n    {install}\n",
            "test" => $"  install: {install}\n",
            _ => $"  {phase}: {command}\n  install: {install}\n",
        };
        // The test's root holds what the package needs at run time only.
        var test = phase == "test" ? $"test: |\n  {command.Replace("perl -e 'sleep 600'", "sleep 600 || : ", StringComparison.Ordinal)}\n" : "";
        workspace.Write("pkgs/test/sleepy/pkg.yaml", $"name: sleepy\nversions: {{1.0: {{}}}}\nneeds: {{tools: [toolchain/c], runtime: [debian/coreutils]}}\nbuild:\n{phases}{test}");
    }
}
