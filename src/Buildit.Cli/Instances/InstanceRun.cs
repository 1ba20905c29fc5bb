using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Buildit.Build.Instances;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Images.Instances;

namespace Buildit.Cli.Instances;

/// <summary>Makes a bundle of an image, and runs it.</summary>
internal sealed partial class InstanceRun(UsableTarget target, Terminal terminal, StopSignals signals)
{
    private const int LongestSocket = 100; // bytes of a path in sockaddr_un, unix(7), with some to spare
    private const int MostStops = 3;
    private const int Kill = 9;

    private static string TerminalKind => Environment.GetEnvironmentVariable("TERM") ?? "dumb";

    /// <summary>Writes the bundle only.</summary>
    public async Task WriteAsync(RunRequest request, string directory, CancellationToken cancel)
    {
        if (!request.Ports.IsEmpty)
        {
            throw new BuilditException(ExitCode.InvalidInput, "-p says where a running instance is reached, and --bundle runs nothing", "leave one of them out");
        }

        if (Path.Exists(directory) && (File.Exists(directory) || Directory.EnumerateFileSystemEntries(directory).Any()))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{request.Bundle}' is there already", "a bundle is written to an empty directory, or a new one");
        }

        var instance = InstancePlan.Make(request, target.Image, HostIds.Find(alone: request.IsWritable), terminal.Note);
        await FillAsync(instance, directory, isShared: false, cancel);
        terminal.Data(directory);
    }

    /// <summary>Runs it to the end; gives the exit code of its program.</summary>
    public async Task<int> RunAsync(RunRequest request, CancellationToken cancel)
    {
        CheckLimits(request.Limits);
        ControlGroups.Sweep();
        var ids = HostIds.Find(alone: request.IsWritable);
        var hasTerminal = !Console.IsInputRedirected && !Console.IsOutputRedirected;
        var instance = InstancePlan.Make(request, target.Image, ids, terminal.Note) with
        {
            HasTerminal = hasTerminal,
            IsInNamespaces = true,
            ControlGroup = ControlGroups.New(),
            Mounts = [.. request.Mounts.Select(m => m with { Host = InstanceRunner.Inside(m.Host) })],
        };
        instance = hasTerminal ? instance with { Environment = [.. instance.Environment.Where(e => e.Key != "TERM"), new("TERM", TerminalKind)] } : instance;
        var bundle = target.Session.Store.NewWorkPath("run");
        var sockets = InstanceRunner.SocketOf(InstanceRunner.Inside(bundle), ushort.MaxValue).Length <= LongestSocket ? bundle : Directory.CreateTempSubdirectory("buildit-").FullName;
        try
        {
            await FillAsync(instance, bundle, isShared: !request.IsWritable, cancel);
            using var relays = Relays(request, sockets);
            return await RunAsync(new InstanceRequest(bundle, ids, [.. request.Ports.Select(p => p.Port).Distinct()], sockets, hasTerminal ? null : new(Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.OpenStandardError())) { Started = static _ => { }, Terminal = TerminalKind }, cancel);
        }
        finally
        {
            Store.WorkDirectory.TryDelete(bundle);
            Store.WorkDirectory.TryDelete(sockets);
            ControlGroups.Sweep();
        }
    }

    private async Task<int> RunAsync(InstanceRequest request, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var (process, stops) = (0, 0);
        using var diversion = signals.Divert(s =>
        {
            if (++stops >= MostStops || process == 0)
            {
                stop.Cancel();
            }
            else
            {
                _ = Send(process, NumberOf(s));
            }
        });
        using var handover = terminal.HandOver();
        try
        {
            return await new InstanceRunner(target.Session.Toolbox).RunAsync(request with { Started = p => process = p }, stop.Token);
        }
        catch (OperationCanceledException) when (stops > 0)
        {
            return 128 + Kill;
        }
    }

    private Task FillAsync(Instance instance, string directory, bool isShared, CancellationToken cancel) => Task.Run(
        () =>
        {
            new InstanceRoot(isShared, Environment.IsPrivilegedProcess).Fill(target.Image, Path.Combine(directory, "rootfs"), cancel);
            File.WriteAllBytes(Path.Combine(directory, "config.json"), RuntimeConfig.Write(instance));
        },
        cancel);

    private Disposables Relays(RunRequest request, string sockets)
    {
        var relays = new Disposables();
        foreach (var (place, port) in request.Ports)
        {
            var relay = PortRelay.Listen(place, InstanceRunner.SocketOf(sockets, port));
            relays.Add(relay);
            if (place.Port == 0)
            {
                terminal.Note(string.Create(CultureInfo.InvariantCulture, $"port {port} is reached at {relay.Place}"));
            }
        }

        return relays;
    }

    private static void CheckLimits(InstanceLimits limits)
    {
        if (!limits.IsAny)
        {
            return;
        }

        if (!Environment.IsPrivilegedProcess)
        {
            throw new BuilditException(
                ExitCode.Unresolvable,
                "--memory, --cpus and --pids need control groups, which this user may not make",
                "run it as root; or let systemd limit buildit and all that it starts: systemd-run --user --scope -p MemoryMax=512M -p CPUQuota=150% -p TasksMax=100 buildit run ...");
        }

        var needed = new[] { (limits.Memory is not null, "memory"), (limits.Cpus is not null, "cpu"), (limits.Pids is not null, "pids") }.Where(l => l.Item1).Select(l => l.Item2);
        if (ControlGroups.Missing(needed) is { IsEmpty: false } missing)
        {
            throw new BuilditException(ExitCode.Unresolvable, $"this machine has no control groups for {string.Join(", ", missing)}", "they are mounted at /sys/fs/cgroup, with the controllers that the kernel was told to have");
        }
    }

    private static int NumberOf(PosixSignal signal) => signal switch { PosixSignal.SIGHUP => 1, PosixSignal.SIGINT => 2, _ => 15 };

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);

    private sealed class Disposables : IDisposable
    {
        private readonly List<IDisposable> _items = [];

        public void Add(IDisposable item) => _items.Add(item);

        public void Dispose() => _items.ForEach(i => i.Dispose());
    }
}
