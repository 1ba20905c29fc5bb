using System.Runtime.InteropServices;
using Buildit.Cli.Consoles;
using Buildit.Core;

namespace Buildit.Cli;

/// <summary>Ctrl-C and SIGTERM: the first one ends what runs and lets the command clean up, a second one ends the process.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals(CancellationTokenSource stop, Terminal terminal) =>
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, c => Handle(c, stop, terminal)))];

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private static void Handle(PosixSignalContext context, CancellationTokenSource stop, Terminal terminal)
    {
        context.Cancel = true;
        if (stop.IsCancellationRequested)
        {
            Environment.Exit((int)ExitCode.Interrupted);
        }

        terminal.Note("stopping (once more to stop at once)");
        stop.Cancel();
    }
}
