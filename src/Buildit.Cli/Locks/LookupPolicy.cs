using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Locks;

/// <summary>Whether a command may look up what no lock has yet.</summary>
/// <param name="Locked">No: what is missing is listed.</param>
/// <param name="Offline">Nothing may be fetched.</param>
internal sealed record LookupPolicy(bool Locked, bool Offline)
{
    /// <summary>Everything may be looked up.</summary>
    public static LookupPolicy Free { get; } = new(Locked: false, Offline: false);

    /// <summary>Whether something may be looked up.</summary>
    public bool MayLookUp => !Locked && !Offline;

    private string Hint => Locked ? "run 'buildit lock' with this target, or build it once without --locked" : "run the command once without --offline";

    /// <summary>The error for what is in no lock.</summary>
    public static Diagnostic NotLocked(string what, SourceSpan? span, string lockPath, string hint) => new($"{what} is not in '{lockPath}'", span, hint) { Code = ExitCode.Missing };

    /// <summary>Throws if a target's files are wrong, or if they need lookups that are not permitted; then everything that is missing from locks is told at once.</summary>
    public void Check(TargetGraph graph, DiagnosticBag bag)
    {
        Report(graph, bag);
        ThrowIfErrors(bag);
    }

    /// <summary>Puts what is missing into the bag, if it may not be looked up.</summary>
    public void Report(TargetGraph graph, DiagnosticBag bag)
    {
        if (!MayLookUp)
        {
            graph.ReportMissing(bag, Hint);
        }
    }

    /// <summary>Throws if there is an error. Where something is missing from a lock, a distribution package that is not locked is another such thing.</summary>
    public static void ThrowIfErrors(DiagnosticBag bag)
    {
        var errors = bag.Items.Where(d => d.Severity == Severity.Error).ToArray();
        if (errors.Any(e => e.Code == ExitCode.Missing) && errors.All(e => e.Code is ExitCode.Missing or ExitCode.Unresolvable))
        {
            bag.ThrowIfErrors(ExitCode.Missing);
        }

        bag.ThrowIfErrors();
    }
}
