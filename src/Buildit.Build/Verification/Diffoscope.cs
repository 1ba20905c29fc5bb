using System.Diagnostics;
using System.Text;
using Buildit.Build.Actions;
using Buildit.Build.Sandboxing;
using Buildit.Build.Tools;

namespace Buildit.Build.Verification;

/// <summary>
/// diffoscope, which looks deeper into files than buildit does: that of the pinned packages, in the sandbox, or else one of the machine.
/// </summary>
/// <param name="sandbox">Runs the pinned one.</param>
/// <param name="toolbox">Has its root.</param>
/// <param name="hostProgram">Path of the machine's; null: the pinned one is used.</param>
public sealed class Diffoscope(ISandbox sandbox, Toolbox toolbox, string? hostProgram)
{
    /// <summary>The Debian package that is used if it is locked.</summary>
    public const string PackageName = "diffoscope-minimal";

    private const int LargestReport = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly string[] Options = ["--no-progress", "--exclude-directory-metadata=yes", "--max-text-report-size", "1048576", "--max-diff-block-lines", "60", "--text", "-"];

    /// <summary>Its report on two directories as text; if it fails, what it says about that.</summary>
    public async Task<string> CompareAsync(string expected, string actual, CancellationToken cancel)
    {
        var (exitCode, output, error) = hostProgram is null ? await InSandboxAsync(expected, actual, cancel) : await OnHostAsync(hostProgram, expected, actual, cancel);
        // As diff(1): 0 equal, 1 different.
        return exitCode is 0 or 1 ? output : $"diffoscope failed with exit code {exitCode}: {error.Trim()}";
    }

    private async Task<(int ExitCode, string Output, string Error)> InSandboxAsync(string expected, string actual, CancellationToken cancel)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var result = await sandbox.RunAsync(
            new()
            {
                Root = await toolbox.RootAsync(PackageName, cancel),
                Command = ["/usr/bin/diffoscope", .. Options, "/src", "/build"],
                Environment = BuildEnvironment.Base.SetItem("HOME", "/tmp"),
                Mounts = [new(expected, "/src", false), new(actual, "/build", false)],
                Timeout = Patience,
                Output = output,
                Error = error,
            },
            cancel);
        return (result.ExitCode, Text(output), Text(error));
    }

    private static async Task<(int ExitCode, string Output, string Error)> OnHostAsync(string program, string expected, string actual, CancellationToken cancel)
    {
        using var process = await Starter.StartAsync(new(program, [.. Options, expected, actual]) { RedirectStandardOutput = true, RedirectStandardError = true });
        using var stopping = cancel.Register(() => Stop(process));
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = await process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancel.ThrowIfCancellationRequested();
        return (process.ExitCode, await output, error);
    }

    private static void Stop(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static string Text(MemoryStream stream) => Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)Math.Min(stream.Length, LargestReport));
}
