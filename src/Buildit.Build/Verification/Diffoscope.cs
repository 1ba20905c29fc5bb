using System.Diagnostics;
using System.Text;
using Buildit.Build.Actions;
using Buildit.Build.Sandboxing;

namespace Buildit.Build.Verification;

/// <summary>diffoscope, which looks deeper into files than buildit does: that of the package <see cref="PackageName"/>, in the sandbox, or else one of the machine.</summary>
public sealed class Diffoscope
{
    /// <summary>The group that is used if a recipe tree has it: diffoscope and the programs that it looks into files with.</summary>
    public const string PackageName = "buildit/diffoscope";

    private const int LargestReport = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly string[] Options = ["--no-progress", "--exclude-directory-metadata=yes", "--max-text-report-size", "1048576", "--max-diff-block-lines", "60", "--text", "-"];
    private readonly Func<string, string, CancellationToken, Task<(int ExitCode, string Output, string Error)>> _run;

    private Diffoscope(Func<string, string, CancellationToken, Task<(int ExitCode, string Output, string Error)>> run) => _run = run;

    /// <summary>That of pinned packages.</summary>
    public static Diffoscope Pinned(ISandbox sandbox, Func<CancellationToken, Task<string>> root) =>
        new(async (expected, actual, cancel) => await InSandboxAsync(sandbox, await root(cancel), expected, actual, cancel));

    /// <summary>One of this machine.</summary>
    public static Diffoscope OfMachine(string program) => new((expected, actual, cancel) => OnHostAsync(program, expected, actual, cancel));

    /// <summary>Its report on two directories as text; if it fails, what it says about that. Times of files in the second one are changed.</summary>
    public async Task<string> CompareAsync(string expected, string actual, CancellationToken cancel)
    {
        MakeYounger(new(actual));
        var (exitCode, output, error) = await _run(expected, actual, cancel);
        // As diff(1): 0 equal, 1 different.
        return exitCode is 0 or 1 ? output : $"diffoscope failed with exit code {exitCode}: {error.Trim()}";
    }

    // Files of one size and one time it takes for equal without reading them (Python's filecmp), and all times are the source date.
    private static void MakeYounger(DirectoryInfo directory)
    {
        foreach (var entry in directory.EnumerateFileSystemInfos().Where(e => e.LinkTarget is null))
        {
            if (entry is DirectoryInfo inner)
            {
                MakeYounger(inner);
            }
            else
            {
                entry.LastWriteTimeUtc += TimeSpan.FromDays(1);
            }
        }
    }

    private static async Task<(int ExitCode, string Output, string Error)> InSandboxAsync(ISandbox sandbox, string root, string expected, string actual, CancellationToken cancel)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var result = await sandbox.RunAsync(
            new()
            {
                Root = root,
                Command = ["/usr/bin/diffoscope", .. Options, "/src", "/build"],
                // Its library for archives is found by name: no ldconfig has been run there.
                Environment = BuildEnvironment.Base.SetItem("HOME", "/tmp").SetItem("LIBARCHIVE", "libarchive.so.13"),
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
