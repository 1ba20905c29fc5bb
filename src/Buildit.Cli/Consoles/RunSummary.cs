using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Buildit.Build.Engine;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Consoles;

/// <summary>What a run with --keep-going could not do: the root causes with their logs, and what was left out because of them. Filled from many threads.</summary>
internal sealed class RunSummary
{
    private readonly ConcurrentDictionary<string, string> _logs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ImmutableArray<string>> _failed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _skipped = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Diagnostic, string> _causes = new(ReferenceEqualityComparer.Instance);
    private int _built;

    /// <summary>Takes an event of the engine.</summary>
    public void Take(BuildEvent e)
    {
        switch (e)
        {
            case BuildEvent.Building building:
                _logs[building.Package.DisplayName] = building.Log;
                break;
            case BuildEvent.Built:
                Interlocked.Increment(ref _built);
                break;
            case BuildEvent.Failed failed:
                Failed(failed.Package.DisplayName, failed.Failure.Diagnostics);
                break;
            case BuildEvent.Skipped skipped:
                _skipped[skipped.Package.DisplayName] = Because(skipped.Because.Select(p => p.DisplayName));
                break;
        }
    }

    /// <summary>Takes a target that failed; it counts for itself if no package was to blame.</summary>
    public void Take(string target, BuilditException failure) => Failed(target, failure.Diagnostics);

    /// <summary>Takes what was not even tried since packages that it needs failed.</summary>
    public void LeftOut(string what, IEnumerable<BuilditException> failures) =>
        _skipped[what] = Because(failures.SelectMany(f => f.Diagnostics).Select(d => _causes.GetValueOrDefault(d)).OfType<string>().Distinct().Order(StringComparer.Ordinal));

    /// <summary>All of it; nothing if all went well.</summary>
    public void Print(Terminal terminal)
    {
        if (_failed.IsEmpty)
        {
            return;
        }

        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"Summary: {_failed.Count} failed, {_skipped.Count} skipped, {_built} built"));
        foreach (var (what, messages) in _failed.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            terminal.Line($"    failed: {what}: {string.Join("; ", messages)}");
            if (_logs.TryGetValue(what, out var log))
            {
                terminal.Line($"        log: {log}");
            }
        }

        foreach (var (what, because) in _skipped.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            terminal.Line($"    skipped: {what}, {because}");
        }
    }

    private void Failed(string what, IEnumerable<Diagnostic> diagnostics)
    {
        ImmutableArray<string> own = [.. diagnostics.Where(d => _causes.TryAdd(d, what)).Select(d => d.Message)];
        if (own.Length > 0)
        {
            _failed[what] = own;
        }
    }

    private static string Because(IEnumerable<string> causes) => "because of " + string.Join(", ", causes);
}
