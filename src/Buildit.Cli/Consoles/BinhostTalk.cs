using System.Collections.Concurrent;
using System.Globalization;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Store.Binhosts;

namespace Buildit.Cli.Consoles;

/// <summary>Says what binhosts do: each kind of trouble once for each of them, with the number of further ones at the end.</summary>
internal sealed class BinhostTalk(Terminal terminal)
{
    private readonly ConcurrentDictionary<(string Binhost, string Kind), int> _troubles = [];
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
                terminal.Print([new($"the binhost '{failed.Binhost}' ({failed.Address}) is left alone for the rest of this run: {failed.Reason}", Severity: Severity.Warning)]);
                break;
            case BinhostEvent.Refused refused:
                Once(refused.Binhost, $"{refused.Refusal.Kind} {refused.Refusal.Key?.Hex}", refused.Describe() with { Severity = Severity.Warning });
                break;
            case BinhostEvent.Incomplete incomplete:
                Once(incomplete.Binhost, "incomplete", new(
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

        foreach (var ((binhost, kind), count) in _troubles.Where(t => t.Value > 1).OrderBy(t => t.Key.Binhost, StringComparer.Ordinal).ThenBy(t => t.Key.Kind, StringComparer.Ordinal))
        {
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"        the same with {count - 1} more packages of '{binhost}'"));
            _troubles[(binhost, kind)] = 1;
        }
    }

    private void Once(string binhost, string kind, Diagnostic diagnostic)
    {
        if (_troubles.AddOrUpdate((binhost, kind), 1, static (_, count) => count + 1) == 1)
        {
            terminal.Print([diagnostic]);
        }
    }
}
