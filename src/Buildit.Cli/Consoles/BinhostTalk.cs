using System.Collections.Concurrent;
using System.Globalization;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Store.Binhosts;

namespace Buildit.Cli.Consoles;

/// <summary>Says what binhosts do: each kind of trouble once for each of them, with the number of further ones at the end.</summary>
/// <param name="terminal">Where it is said.</param>
/// <param name="holdsRefusals">Records that do not count are told at the end: where binhosts are required, the error says the same of the one that mattered.</param>
internal sealed class BinhostTalk(Terminal terminal, bool holdsRefusals = false)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Binhost, string Kind), (HashSet<string> Subjects, int More)> _troubles = [];
    private readonly ConcurrentQueue<BinhostEvent.Refused> _held = [];
    private readonly ConcurrentDictionary<string, string> _sources = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>Packages taken from binhosts.</summary>
    public int Pulled => _sources.Count;

    /// <summary>Where a package came from in this run; null if it did not come from a binhost.</summary>
    public string? SourceOf(Package package) => _sources.GetValueOrDefault(package.Key.ToString());

    /// <summary>A package was taken, not only what was missing of one that was known.</summary>
    public void Took(Package package, string binhost) => _sources.TryAdd(package.Key.ToString(), binhost);

    /// <summary>Takes an event; called from many threads.</summary>
    public void Take(BinhostEvent e)
    {
        switch (e)
        {
            case BinhostEvent.Downloaded downloaded:
                Interlocked.Add(ref _bytes, downloaded.Bytes);
                break;
            case BinhostEvent.Failed failed:
                terminal.Print([new($"the binhost '{failed.Binhost}' ({failed.Address}) is left alone for the rest of this run: {failed.Reason}", Hint: HintOf(failed), Severity: Severity.Warning)]);
                break;
            case BinhostEvent.Refused refused when holdsRefusals:
                _held.Enqueue(refused);
                break;
            case BinhostEvent.Refused refused:
                Tell(refused);
                break;
            case BinhostEvent.Incomplete incomplete:
                Once(incomplete, "incomplete", incomplete.Subject, new(
                    $"the binhost '{incomplete.Binhost}' has a record of '{incomplete.Subject}', but cannot give what it names: {incomplete.Reason}",
                    Hint: $"where it was built: buildit push {incomplete.Target ?? incomplete.Subject} --to {incomplete.Binhost}. If that finds nothing to push: 'buildit binhost verify {incomplete.Binhost}' reads every blob, and tells which to delete",
                    Severity: Severity.Warning));
                break;
            case BinhostEvent.Waiting waiting:
                terminal.Line($"        {waiting.Subject}: waiting for {waiting.Holder}");
                break;
        }
    }

    /// <summary>What was taken so far, as lines of talk; nothing if nothing was.</summary>
    public void Report()
    {
        if (Pulled > 0)
        {
            var names = string.Join(", ", _sources.Values.Distinct().Order(StringComparer.Ordinal).Select(n => $"'{n}'"));
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"        took {Pulled} packages ({_bytes / 1e6:0.0} MB) from {names}"));
        }

        ReportMore();
    }

    /// <summary>Tells the refusals that were held back, but for those that these errors are about.</summary>
    public void TellHeld(IReadOnlyCollection<Diagnostic> errors)
    {
        while (_held.TryDequeue(out var refused))
        {
            if (errors.All(e => e.Message != refused.Describe().Message))
            {
                Tell(refused);
            }
        }

        ReportMore();
    }

    private void Tell(BinhostEvent.Refused refused) => Once(refused, $"{refused.Refusal.Kind} {refused.Refusal.Key?.Hex}", refused.Subject, refused.Describe() with { Severity = Severity.Warning });

    private void ReportMore()
    {
        lock (_gate)
        {
            foreach (var (kind, (subjects, more)) in _troubles.Where(t => t.Value.More > 0).ToArray())
            {
                terminal.Line(string.Create(CultureInfo.InvariantCulture, $"        the same with {more} more {(more == 1 ? "package" : "packages")} of '{kind.Binhost}'"));
                _troubles[kind] = (subjects, 0);
            }
        }
    }

    /// <summary>A package that is looked for again is no further one.</summary>
    private void Once(BinhostEvent e, string kind, string subject, Diagnostic diagnostic)
    {
        lock (_gate)
        {
            var (subjects, more) = _troubles.TryGetValue((e.Binhost, kind), out var known) ? known : ([], 0);
            var isFirst = subjects.Count == 0;
            var isFurther = subjects.Add(subject) && !isFirst;
            _troubles[(e.Binhost, kind)] = (subjects, isFurther ? more + 1 : more);
            if (!isFirst)
            {
                return;
            }
        }

        terminal.Print([diagnostic]);
    }

    private static string? HintOf(BinhostEvent.Failed failed) => failed.IsCatalogBroken
        ? $"is that the address of a binhost? if it is, where it can be written to: buildit binhost rebuild-catalog {failed.Binhost}"
        : null;
}
