using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Buildit.Core.Containers;

/// <summary>Signals as an OCI image names them ("Image Configuration", StopSignal): <c>SIGQUIT</c>, <c>SIGRTMIN+3</c>, or a number.</summary>
internal static partial class StopSignal
{
    /// <summary>Linux' signals by name, signal(7).</summary>
    internal static readonly ImmutableArray<string> Names =
    [
        "SIGABRT", "SIGALRM", "SIGBUS", "SIGCHLD", "SIGCLD", "SIGCONT", "SIGFPE", "SIGHUP", "SIGILL", "SIGINT", "SIGIO", "SIGIOT", "SIGKILL", "SIGPIPE", "SIGPOLL", "SIGPROF", "SIGPWR",
        "SIGQUIT", "SIGRTMAX", "SIGRTMIN", "SIGSEGV", "SIGSTKFLT", "SIGSTOP", "SIGSYS", "SIGTERM", "SIGTRAP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGUSR1", "SIGUSR2", "SIGVTALRM",
        "SIGWINCH", "SIGXCPU", "SIGXFSZ",
    ];

    /// <summary>Whether this names a signal.</summary>
    internal static bool IsOne(string text) =>
        Names.Contains(text) || RealTime().IsMatch(text)
        || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 64);

    [GeneratedRegex(@"^SIGRT(MIN\+|MAX-)([1-9]|[12][0-9]|30)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex RealTime();
}
