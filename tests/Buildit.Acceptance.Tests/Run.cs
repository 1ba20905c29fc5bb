using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>Runs buildit, and other programs of the machine.</summary>
internal static partial class Run
{
    private static readonly string[] Sh = ["sh", "bash"];

    /// <summary>The built program, for scripts that start it.</summary>
    public static string Program { get; } = Path.Combine(Repository.Root, "artifacts", "bin", "Buildit.Cli", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "buildit");

    public static string DotnetRoot { get; } = Path.GetDirectoryName(Environment.ProcessPath)!;

    /// <summary>Runs buildit to the end. However it ends, it leaves none of its work directories behind.</summary>
    public static async Task<BuilditResult> ToEndAsync(Workspace workspace, string[] arguments)
    {
        using var process = workspace.Start(arguments);
        var result = await EndOfAsync(process);
        LeavesNoWork(workspace.Store, process.Id);
        return result;
    }

    /// <summary>Waits for a started process.</summary>
    public static async Task<BuilditResult> EndOfAsync(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Runs a shell script of the machine, with buildit as <c>"$BUILDIT"</c>.</summary>
    public static BuilditResult Script(string script, Workspace workspace)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", script]) { WorkingDirectory = workspace.Path, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["BUILDIT"] = Program;
        start.Environment["BUILDIT_STORE"] = workspace.Store;
        start.Environment["DOTNET_ROOT"] = DotnetRoot;
        using var process = Process.Start(start)!;
        return EndOfAsync(process).GetAwaiter().GetResult();
    }

    /// <summary>Runs a command line that must succeed, and gives what it printed.</summary>
    public static string Shell(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var result = EndOfAsync(process).GetAwaiter().GetResult();
        Assert.True(result.ExitCode == 0, $"{command}: {result}");
        return result.Output;
    }

    /// <summary>Sends SIGINT or SIGTERM to a process, or with a negative number to a group.</summary>
    public static void Signal(PosixSignal signal, int process) => Assert.Equal(0, Kill(process, signal == PosixSignal.SIGINT ? 2 : 15));

    /// <summary>Command lines of processes that hold a text, but for shells that look for it.</summary>
    public static string[] ProcessesWith(string text) =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])).Select(CommandLine)
            .Where(c => c.Contains(text, StringComparison.Ordinal)),
    ];

    /// <summary>Waits until something is so; what never comes fails the test after a long time.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var tries = 0; !condition(); tries++)
        {
            Assert.True(tries < 1200, $"never came: {what}");
            await Task.Delay(50);
        }
    }

    /// <summary>Nothing of a process is left in a store's work directory.</summary>
    public static void LeavesNoWork(string store, int process)
    {
        var work = Path.Combine(store, "work");
        var prefix = process.ToString(CultureInfo.InvariantCulture) + "-";
        Assert.Empty(Directory.Exists(work) ? Directory.EnumerateFileSystemEntries(work).Select(e => Path.GetFileName(e)!).Where(n => n.StartsWith(prefix, StringComparison.Ordinal)) : []);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private static string CommandLine(string directory)
    {
        try
        {
            var command = File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ');
            return Sh.Any(s => command.StartsWith(s + " -c", StringComparison.Ordinal)) ? "" : command;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
