using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using System.Text;
using System.Text.RegularExpressions;
using Buildit.Build.Sandboxing;
using Buildit.Build.Tools;
using Buildit.Core.Instances;

namespace Buildit.Build.Instances;

/// <summary>A bundle to run.</summary>
/// <param name="Bundle">Directory with <c>config.json</c>, whose network and users' namespace are those that the runtime is started in; paths of the machine are as <see cref="InstanceRunner.Inside"/> gives them.</param>
/// <param name="Ids">Who its users are.</param>
/// <param name="Ports">Ports that connections are brought to.</param>
/// <param name="Sockets">Directory in which each of them has a socket, <see cref="InstanceRunner.SocketOf"/>.</param>
/// <param name="Streams">Its standard input, output and error; null = they are buildit's own, a terminal.</param>
public sealed record InstanceRequest(string Bundle, IdMap Ids, ImmutableArray<int> Ports, string Sockets, StandardStreams? Streams)
{
    /// <summary>The kind of terminal.</summary>
    public string Terminal { get; init; } = "dumb";

    /// <summary>Gets the runtime's process when there is one: what signals are for.</summary>
    public required Action<int> Started { get; init; }
}

/// <summary>
/// Runs bundles by the runtime of the pinned packages. Around it bubblewrap makes a network with nothing but a loopback, and for an ordinary user the namespace in which they are root.
/// All of it ends with buildit, however that ends.
/// </summary>
/// <param name="tools">The pinned packages.</param>
public sealed partial class InstanceRunner(Toolbox tools)
{
    private const string Host = "/host";

    // A terminal's Ctrl-C reaches all of these processes at once. Whether the program ends because of it is the program's business: only the runtime listens, and passes on what it is sent.
    private const string Deaf = "trap '' INT HUP QUIT TERM; exec \"$@\"";

    // A connection may be half closed for a day. What connects before the program listens waits five seconds for it.
    private const string Script = """
        cd "$1"; shift
        while [ "$1" != -- ]; do
            socat -t 86400 "UNIX-LISTEN:$1.sock,fork" "TCP4:127.0.0.1:$1,retry=50,interval=0.1" 2> /dev/null &
            shift
        done
        shift
        exec "$@"
        """;

    /// <summary>How the runtime sees a path of this machine. Links are followed here: there, what they lead to is somewhere else.</summary>
    public static string Inside(string path) => Host + Real(path);

    /// <summary>The socket of a port.</summary>
    public static string SocketOf(string directory, int port) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{port}.sock"));

    /// <summary>Runs it to the end; gives the exit code.</summary>
    public async Task<int> RunAsync(InstanceRequest request, CancellationToken cancel)
    {
        var (sandbox, root) = (await tools.RootAsync(Toolbox.Sandbox, cancel), await tools.RootAsync(Toolbox.RunPackages, cancel));
        using var info = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        using var gate = request.Ids.Users.IsEmpty || request.Ids.IsRootAlone ? null : new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
        string[] command =
        [
            .. Bubblewrap.Program(root, "usr/bin/dash"), "-c", Deaf, "sh",
            .. Bubblewrap.Program(sandbox, "usr/bin/bwrap"), .. Arguments(request, root, info.GetClientHandleAsString(), gate?.GetClientHandleAsString()),
        ];
        using var process = await Starter.StartAsync(Bubblewrap.StartInfo(command, request.Streams is null));
        info.DisposeLocalCopyOfClientHandle();
        gate?.DisposeLocalCopyOfClientHandle();
        using var stopping = cancel.Register(() => process.Kill(entireProcessTree: true));
        var pumps = request.Streams?.PassAsync(process) ?? Task.CompletedTask;
        try
        {
            await BeginAsync(request, info, gate, cancel);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        await process.WaitForExitAsync(CancellationToken.None);
        await pumps;
        cancel.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    private static async Task BeginAsync(InstanceRequest request, Stream info, Stream? gate, CancellationToken cancel)
    {
        if (await ProcessOfAsync(info, cancel) is not { } inner)
        {
            return;
        }

        request.Started(inner);
        if (gate is not null)
        {
            await HostIds.GiveAsync(request.Ids, inner, cancel);
            await gate.WriteAsync(new byte[1], cancel);
        }
    }

    private static IEnumerable<string> Arguments(InstanceRequest request, string root, string info, string? gate) =>
    [
        "--unshare-pid", "--unshare-ipc", "--unshare-net", "--die-with-parent", "--as-pid-1", "--clearenv", "--cap-add", "ALL", "--info-fd", info,
        .. request.Ids.Users.IsEmpty ? (string[])[] : ["--unshare-user", "--uid", "0", "--gid", "0"],
        .. gate is null ? (string[])[] : ["--userns-block-fd", gate],
        "--ro-bind", Path.Combine(root, "usr"), "/usr", "--ro-bind", Path.Combine(root, "etc"), "/etc",
        "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
        "--proc", "/proc", "--dev", "/dev", "--bind", "/sys", "/sys", "--tmpfs", "/tmp", "--bind", "/", Host, "--chdir", "/",
        "--setenv", "PATH", "/usr/sbin:/usr/bin", "--setenv", "TERM", request.Terminal,
        "--", "/bin/sh", "-c", Script, "sh", Inside(request.Sockets), .. request.Ports.Select(p => p.ToString(CultureInfo.InvariantCulture)),
        "--", "/usr/sbin/runc", "--root", "/tmp/runc", "run", "--bundle", Inside(request.Bundle), "instance",
    ];

    private static string Real(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
        {
            return path;
        }

        var there = Path.Combine(Real(parent), Path.GetFileName(path));
        return new FileInfo(there).LinkTarget is { } target ? Real(Path.GetFullPath(target, Path.GetDirectoryName(there)!)) : there;
    }

    /// <summary>The process that is the first one inside, as this machine numbers it; null if bubblewrap could not set things up, which it then says on standard error.</summary>
    private static async Task<int?> ProcessOfAsync(Stream info, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var buffer = new byte[1024];
        for (int read; (read = await info.ReadAsync(buffer, cancel)) > 0;)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            if (ChildForm().Match(text.ToString()) is { Success: true } child)
            {
                return int.Parse(child.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    [GeneratedRegex("\"child-pid\": ([0-9]+)[^0-9]")]
    private static partial Regex ChildForm();
}
