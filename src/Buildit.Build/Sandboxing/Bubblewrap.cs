using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Buildit.Store.Native;

namespace Buildit.Build.Sandboxing;

/// <summary>
/// The sandbox: bubblewrap from the pinned packages, started through its own loader, so that nothing but the kernel of the host takes part.
/// <paramref name="toolRoot"/> is a composed root that holds bubblewrap.
/// </summary>
public sealed class Bubblewrap(Func<CancellationToken, Task<string>> toolRoot) : ISandbox
{
    private const string Libraries = "usr/lib/x86_64-linux-gnu";
    // What bubblewrap begins a line with when it cannot set the sandbox up, and how it ends then.
    private const string SetupTrouble = "bwrap: ";
    private const int SetupFailed = 1;
    // And what it says then if all was set up, and only the command cannot be run; a shell ends with this code.
    private const string StartTrouble = SetupTrouble + "execvp ";
    private const int NotStarted = 127;
    private const int EndedBySigint = 128 + 2;
    private static readonly TimeSpan SignalTurn = TimeSpan.FromMilliseconds(200);

    // Not usr/lib64/...: that is an absolute link, which from outside of the root leads to the host's own loader.
    private const string Loader = Libraries + "/ld-linux-x86-64.so.2";

    /// <inheritdoc/>
    public async Task<SandboxResult> RunAsync(SandboxRequest request, CancellationToken cancel)
    {
        using var process = await StartAsync(await toolRoot(cancel), request);
        using var timeout = new CancellationTokenSource(request.IsInteractive ? Timeout.InfiniteTimeSpan : request.Timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        var beginning = new OutputBeginning();
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(either.Token);
        var pumps = request.IsInteractive ? Task.CompletedTask : Pump(process, request, beginning, broken);
        try
        {
            await process.WaitForExitAsync(broken.Token);
        }
        catch (OperationCanceledException)
        {
            // Its child is process 1 of the namespace: with it, all die. It would die with its parent (PR_SET_PDEATHSIG), but for the moment before it has said so.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        await pumps;
        if (process.ExitCode == EndedBySigint)
        {
            // Ctrl-C on a terminal reaches bubblewrap, too, and may end it before our own handler had its turn.
            await Task.Delay(SignalTurn, cancel);
        }

        cancel.ThrowIfCancellationRequested();
        if (process.ExitCode == SetupFailed && beginning.Text.StartsWith(SetupTrouble, StringComparison.Ordinal))
        {
            return beginning.Text.StartsWith(StartTrouble, StringComparison.Ordinal)
                ? new(NotStarted, false, beginning.Text[StartTrouble.Length..])
                : throw Preflight.SandboxRefused(beginning.Text[SetupTrouble.Length..]);
        }

        return new(process.ExitCode, timeout.IsCancellationRequested);
    }

    /// <summary>The arguments after <c>bwrap</c>. Public so that a plan can show them and doctor can probe with them.</summary>
    public static IReadOnlyList<string> Arguments(SandboxRequest request)
    {
        List<string> a =
        [
            "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
            "--disable-userns", "--uid", Number(request.Uid), "--gid", Number(request.Gid), "--hostname", request.HostName,
            "--die-with-parent", "--new-session",
            // Process 1 is the command itself: bubblewrap's own command line, in /proc/1/cmdline, would show paths of the host.
            "--as-pid-1", "--cap-drop", "ALL", "--clearenv",
            // Read-only /proc: where buildit is run by root, what writes there is the host's root to the kernel (core_pattern, sysrq-trigger).
            "--ro-bind", request.Root, "/", "--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev", "--tmpfs", "/tmp",
        ];
        foreach (var directory in request.Tmpfs)
        {
            a.AddRange(["--tmpfs", directory]);
        }

        foreach (var mount in request.Mounts)
        {
            a.AddRange([mount.Writable ? "--bind" : "--ro-bind", mount.Host, mount.Inside]);
        }

        foreach (var (name, value) in request.IsEnvironmentReversed ? request.Environment.Reverse() : request.Environment)
        {
            a.AddRange(["--setenv", name, value]);
        }

        return [.. a, "--chdir", request.WorkingDirectory, "--", .. request.Command];
    }

    /// <summary>A program of a root of tools and what starts it from outside: its own loader.</summary>
    internal static IEnumerable<string> Program(string tools, string path) => [Path.Combine(tools, Loader), "--library-path", Path.Combine(tools, Libraries), Path.Combine(tools, path)];

    /// <summary>A process without any environment.</summary>
    internal static ProcessStartInfo StartInfo(IReadOnlyList<string> command, bool isInteractive)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = !isInteractive,
            RedirectStandardOutput = !isInteractive,
            RedirectStandardError = !isInteractive,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        return start;
    }

    private static string Number(int id) => id.ToString(CultureInfo.InvariantCulture);

    private static async Task<Process> StartAsync(string tools, SandboxRequest request)
    {
        var start = StartInfo([.. Program(tools, "usr/bin/bwrap"), .. Arguments(request)], request.IsInteractive);
        try
        {
            return await Starter.StartAsync(start);
        }
        catch (Win32Exception e)
        {
            throw new IOException($"cannot start the sandbox: {e.Message}", e);
        }
    }

    /// <summary>Moves input and output. What breaks a pump (a full disk, a missing input) ends the command at once: nobody would read what it says, or answer it.</summary>
    private static async Task Pump(Process process, SandboxRequest request, OutputBeginning beginning, CancellationTokenSource broken)
    {
        using var gate = new SemaphoreSlim(1);
        PipeSize.Raise(process.StandardInput.BaseStream);
        PipeSize.Raise(process.StandardOutput.BaseStream);
        await Task.WhenAll(
            Breaking(Copy(process.StandardOutput.BaseStream, request.Output, gate, beginning), broken),
            Breaking(Copy(process.StandardError.BaseStream, request.Error ?? request.Output, gate, beginning), broken),
            Breaking(Feed(process, request.Input), broken));
    }

    private static async Task Breaking(Task pump, CancellationTokenSource broken)
    {
        try
        {
            await pump;
        }
        catch
        {
            await broken.CancelAsync();
            throw;
        }
    }

    private static async Task Feed(Process process, Func<Stream, CancellationToken, Task>? input)
    {
        try
        {
            if (input is not null)
            {
                await input(process.StandardInput.BaseStream, CancellationToken.None);
            }
        }
        catch (IOException e) when (e.Message.Contains("Broken pipe", StringComparison.Ordinal))
        {
            // The command did not want its input; its exit code says whether that is wrong.
        }
        finally
        {
            CloseQuietly(process.StandardInput);
        }
    }

    private static void CloseQuietly(StreamWriter input)
    {
        try
        {
            input.Close();
        }
        catch (IOException)
        {
            // What was left in its buffer is not wanted any more.
        }
    }

    private static async Task Copy(Stream from, Stream to, SemaphoreSlim gate, OutputBeginning beginning)
    {
        var buffer = new byte[1 << 17];
        for (int read; (read = await from.ReadAsync(buffer)) > 0;)
        {
            await gate.WaitAsync();
            try
            {
                beginning.Take(buffer.AsSpan(0, read));
                await to.WriteAsync(buffer.AsMemory(0, read));
                await to.FlushAsync();
            }
            finally
            {
                gate.Release();
            }
        }
    }
}
