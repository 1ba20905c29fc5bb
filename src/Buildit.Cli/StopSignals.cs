using System.Runtime.InteropServices;
using Buildit.Cli.Consoles;
using Buildit.Core;

namespace Buildit.Cli;

/// <summary>
/// Ctrl-C and SIGTERM: the first one ends what runs and lets the command clean up, a second one ends the process; so does time, for what waits in the kernel (a pipe
/// that nobody writes to, a dead network file system) hears of no first one. What is left behind then is as after kill -9: the next run sweeps it.
/// While something runs that is to hear signals itself, they are its.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);
    private readonly PosixSignalRegistration[] _registrations;
    private Action<PosixSignal>? _taker;

    /// <summary>What is said at the end of a run that a signal has ended.</summary>
    public const string Interrupted = "interrupted; what was finished is kept, run the command again to go on";

    public StopSignals(CancellationTokenSource stop, Terminal terminal) =>
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, c => Handle(c, stop, terminal)))];

    /// <summary>Gives signals to somebody else, until the result is disposed of.</summary>
    public IDisposable Divert(Action<PosixSignal> taker)
    {
        _taker = taker;
        return new Diversion(this);
    }

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

    private void Handle(PosixSignalContext context, CancellationTokenSource stop, Terminal terminal)
    {
        context.Cancel = true;
        if (_taker is { } taker)
        {
            taker(context.Signal);
            return;
        }

        if (stop.IsCancellationRequested)
        {
            Environment.Exit((int)ExitCode.Interrupted);
        }

        terminal.Note("stopping (once more to stop at once)");
        _ = Task.Delay(LongestEnd, TimeProvider.System).ContinueWith(_ => GiveUp(terminal), TaskScheduler.Default);
        stop.Cancel();
    }

    private sealed class Diversion(StopSignals signals) : IDisposable
    {
        public void Dispose() => signals._taker = null;
    }
}
