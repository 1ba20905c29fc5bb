using System.Diagnostics;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>
/// A server among the peers, in a root of its own but in the machine's network: its own <c>/etc/passwd</c>, <c>/run</c> and homes, and nothing of the host's. Root stays root in there, so that it
/// can become other users; everybody else is only himself.
/// </summary>
internal sealed class PeerServer : IDisposable
{
    private const string Libraries = "usr/lib/x86_64-linux-gnu";
    private readonly Process _process;

    /// <param name="root">With the peers.</param>
    /// <param name="run">The server's directory: <c>etc</c> becomes <c>/etc/server</c>, <c>home</c> <c>/home</c>, and so on, as <paramref name="binds"/> says.</param>
    /// <param name="binds">Directories and files below <paramref name="run"/>, and where they are in the server's root.</param>
    /// <param name="command">What to run.</param>
    public PeerServer(string root, string run, IEnumerable<(string From, string To)> binds, params string[] command)
    {
        string[] arguments =
        [
            "--library-path", Path.Combine(root, Libraries), Path.Combine(root, "usr/bin/bwrap"), "--unshare-pid", "--unshare-ipc", "--clearenv",
            "--ro-bind", Path.Combine(root, "usr"), "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
            "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", "/run/sshd",
            .. binds.SelectMany(b => new[] { "--bind", Path.Combine(run, b.From), b.To }),
            "--setenv", "PATH", "/usr/sbin:/usr/bin", "--setenv", "HOME", "/tmp",
            .. Peers.IsRoot ? (string[])["--cap-add", "ALL"] : ["--unshare-user"],
            "--", .. command,
        ];
        var log = Path.Combine(run, "log");
        _process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" > \"$0\" 2>&1", log, Path.Combine(root, Libraries, "ld-linux-x86-64.so.2"), .. arguments]))!;
        Log = log;
    }

    /// <summary>File with what it says.</summary>
    public string Log { get; }

    public bool IsAlive => !_process.HasExited;

    /// <summary>Its processes, for tests that stop some of them.</summary>
    public int Id => _process.Id;

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
