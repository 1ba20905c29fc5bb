using System.Runtime.InteropServices;
using Buildit.Cli.Consoles;
using Buildit.Core;

namespace Buildit.Cli;

/// <summary>
/// Ctrl-C and SIGTERM: the first one ends what runs and lets the command clean up, a second one ends the process; so does time, for what waits in the kernel (a pipe
/// that nobody writes to, a dead network file system) hears of no first one. What is left behind then is as after kill -9: the next run sweeps it.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>What is said at the end of a run that a signal has ended.</summary>
    public const string Interrupted = "interrupted; what was finished is kept, run the command again to go on";

    public StopSignals(CancellationTokenSource stop, Terminal terminal) =>
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, c => Handle(c, stop, terminal)))];

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private static void GiveUp(Terminal terminal)
    {
        terminal.Note(Interrupted);
        Environment.Exit((int)ExitCode.Interrupted);
    }

    private static void Handle(PosixSignalContext context, CancellationTokenSource stop, Terminal terminal)
    {
        context.Cancel = true;
        if (stop.IsCancellationRequested)
        {
            Environment.Exit((int)ExitCode.Interrupted);
        }

        terminal.Note("stopping (once more to stop at once)");
        _ = Task.Delay(LongestEnd, TimeProvider.System).ContinueWith(_ => GiveUp(terminal), TaskScheduler.Default);
        stop.Cancel();
    }
}
