using System.Diagnostics;

namespace Buildit.Peers.Tests;

/// <summary>How a peer ended.</summary>
public sealed record PeerResult(int ExitCode, string Output, string Error)
{
    /// <summary>What it printed to standard output, if all went well.</summary>
    public string Succeeded() => ExitCode == 0 ? Output : throw new InvalidOperationException(ToString());

    public override string ToString() => $"exit code {ExitCode}\n--- standard output\n{Output}\n--- standard error\n{Error}";
}

/// <summary>
/// Runs the peers' programs where nothing of the host is to be seen but the kernel and one directory, which is <c>/bundle</c> inside.
/// Unlike buildit's own sandbox this one must let runc do its work: root stays root, and may make mounts, cgroups and namespaces.
/// </summary>
/// <param name="root">A root with the package <c>peers/judges</c>.</param>
/// <param name="work">The directory that becomes <c>/bundle</c>.</param>
public sealed class Peers(string root, string work)
{
    private const string Unified = "/sys/fs/cgroup/unified";
    private const string Libraries = "usr/lib/x86_64-linux-gnu";

    /// <summary>Root has real users and groups; everybody else has only their own.</summary>
    public static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>Runs a program of the root, without any network.</summary>
    public PeerResult Run(params string[] command) => Run(["--unshare-net"], command);

    /// <summary>Runs a program of the root that speaks to a server of this machine.</summary>
    public PeerResult RunInNetwork(params string[] command) => Run([], command);

    /// <summary>Runs lines of shell up to the first that fails.</summary>
    public PeerResult Shell(string script) => Run("sh", "-euc", script);

    /// <summary>The same for programs that want to be root, if only among users of their own.</summary>
    public PeerResult ShellAsRoot(string script) => Run(IsRoot ? ["--unshare-net"] : ["--unshare-net", "--uid", "0", "--gid", "0", "--cap-add", "ALL"], ["sh", "-euc", script]);

    /// <summary>The same for programs that know machines with one kind of control groups only: they see the newer kind alone.</summary>
    public PeerResult ShellWithOneKindOfGroups(string script) => Run(["--unshare-net", .. Directory.Exists(Unified) ? (string[])["--bind", Unified, "/sys/fs/cgroup"] : []], ["sh", "-euc", script]);

    private PeerResult Run(string[] further, string[] command) => Bubblewrap(
    [
        "--ro-bind", Path.Combine(root, "usr"), "/usr", "--ro-bind", Path.Combine(root, "etc"), "/etc",
        "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
        "--proc", "/proc", "--dev", "/dev", "--bind", "/sys", "/sys", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--bind", work, "/bundle", "--chdir", "/bundle",
        "--setenv", "PATH", "/usr/sbin:/usr/bin", "--setenv", "HOME", "/tmp", "--setenv", "LC_ALL", "C.UTF-8",
        .. IsRoot ? (string[])["--cap-add", "ALL"] : ["--unshare-user"],
        .. further,
        "--", .. command,
    ]);

    // It waits on the thread that starts the process: --die-with-parent means that thread.
    private PeerResult Bubblewrap(IEnumerable<string> arguments)
    {
        string[] start = ["--library-path", Path.Combine(root, Libraries), Path.Combine(root, "usr/bin/bwrap"), "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--clearenv"];
        var info = new ProcessStartInfo(Path.Combine(root, Libraries, "ld-linux-x86-64.so.2"), [.. start, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment.Clear();
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new(process.ExitCode, output.Result, error.Result);
    }
}
