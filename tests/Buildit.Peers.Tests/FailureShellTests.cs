using System.Diagnostics;
using System.Text;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>--on-failure=shell on a terminal, which script(1) plays.</summary>
[Collection(nameof(Judged))]
public sealed class FailureShellTests(Judged judged)
{
    private const string Prompt = "buildit:test/bad-1.0:/build/src$ ";
    private const string CtrlC = "\u0003";

    [Fact]
    public async Task The_shell_has_a_terminal_and_ctrl_c_ends_what_runs_in_it_not_buildit()
    {
        using var directory = new TemporaryDirectory();
        directory.Write(".buildit-config.yaml", $"recipes: [pkgs, '{Repository.Root}/pkgs']\n");
        directory.Write("pkgs/test/bad/pkg.yaml", "name: bad\nversions: {1.0: {}}\nneeds: {tools: [toolchain/c]}\nbuild: {install: 'echo half > half; false'}\n");
        using var process = Start(directory, $"'{BuilditProcess.Program}' test/bad --on-failure=shell");
        Assert.Contains("failed in phase 'install' with exit code 1", await UntilAsync(process, Prompt), StringComparison.Ordinal);
        await TypeAsync(process, "test -t 0 && test -c /dev/tty && cat half\r");
        Assert.Contains("\nhalf\r\n", await UntilAsync(process, Prompt), StringComparison.Ordinal);
        await TypeAsync(process, "echo begun; sleep 1000\r");
        await UntilAsync(process, "\nbegun\r\n");
        await TypeAsync(process, CtrlC);
        await UntilAsync(process, Prompt);
        await TypeAsync(process, "exit\r");
        // It was told before the shell, and is not told again.
        Assert.DoesNotContain("failed in phase", await process.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
        await process.WaitForExitAsync();
        Assert.Equal(1, process.ExitCode);
    }

    private Process Start(string directory, string command)
    {
        var libraries = Path.Combine(judged.Root, "usr/lib/x86_64-linux-gnu");
        var start = new ProcessStartInfo(
            "/usr/bin/env",
            ["--default-signal=INT", Path.Combine(libraries, "ld-linux-x86-64.so.2"), "--library-path", libraries, Path.Combine(judged.Root, "usr/bin/script"), "--quiet", "--return", "--command", command, "/dev/null"])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["PATH"] = "/usr/bin:/bin",
            ["HOME"] = directory,
            ["TERM"] = "vt100",
            ["DOTNET_ROOT"] = Path.GetDirectoryName(Environment.ProcessPath)!,
            ["BUILDIT_STORE"] = Repository.SharedStore,
        })
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task TypeAsync(Process process, string text)
    {
        await process.StandardInput.WriteAsync(text);
        await process.StandardInput.FlushAsync();
    }

    private static async Task<string> UntilAsync(Process process, string end)
    {
        var seen = new StringBuilder();
        var one = new char[1];
        while (!seen.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            Assert.True(await process.StandardOutput.ReadAsync(one) == 1, $"'{end}' never came: {seen}");
            seen.Append(one);
        }

        return seen.ToString();
    }
}
