using System.Collections.Concurrent;
using System.Globalization;
using Buildit.Build.Engine;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Cli.Consoles;

/// <summary>Shows what the engine tells: a progress line on a terminal, plain lines for what took time otherwise.</summary>
/// <param name="terminal">Where it is shown.</param>
/// <param name="summary">Takes what could not be done; null = nobody else looks at it.</param>
/// <param name="requiresBinhost">Whether what no binhost can give is an error.</param>
internal sealed class Progress(Terminal terminal, RunSummary? summary = null, bool requiresBinhost = false)
{
    private readonly BinhostTalk _binhosts = new(terminal, requiresBinhost);
    private readonly ConcurrentDictionary<string, string> _building = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _waiting = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _warnings = new(StringComparer.Ordinal);
    private int _fetched;
    private long _fetchedBytes;
    private int _imported;
    private int _built;

    /// <summary>What the whole run could not do so far.</summary>
    public RunSummary Summary { get; } = summary ?? new();

    /// <summary>Files that were fetched.</summary>
    public int Fetched => _fetched;

    /// <summary>Their size.</summary>
    public long FetchedBytes => _fetchedBytes;

    /// <summary>Packages that were built or imported, as far as known.</summary>
    public int Made => _built + _imported;

    /// <summary>What binhosts do.</summary>
    public BinhostTalk Binhosts => _binhosts;

    /// <summary>Takes an event of the engine; called from many threads.</summary>
    public void Take(BuildEvent e)
    {
        Summary.Take(e);
        if (EventJson.Tells(e))
        {
            terminal.Event(json => EventJson.Write(json, e));
        }

        switch (e)
        {
            case BuildEvent.Fetched fetched:
                Interlocked.Increment(ref _fetched);
                Interlocked.Add(ref _fetchedBytes, fetched.Bytes);
                break;
            case BuildEvent.Pulled { Binhost: { } binhost } pulled:
                _binhosts.Took(pulled.Package, binhost);
                break;
            case BuildEvent.Imported:
                Interlocked.Increment(ref _imported);
                break;
            case BuildEvent.Building building:
                _building[building.Package.DisplayName] = "starting";
                Tell($"        {building.Package.DisplayName}: building, log in {building.Log}");
                break;
            case BuildEvent.Rebuilding again:
                _building[again.Package.DisplayName] = "starting";
                Tell($"        {again.Package.DisplayName}: building again, {again.Conditions}; log in {again.Log}");
                break;
            case BuildEvent.InPhase phase:
                _building[phase.Package.DisplayName] = phase.Phase;
                break;
            case BuildEvent.Built built:
                _building.TryRemove(built.Package.DisplayName, out _);
                Interlocked.Increment(ref _built);
                Tell(string.Create(CultureInfo.InvariantCulture, $"        {built.Package.DisplayName}: built in {built.Elapsed.TotalSeconds:0.0} s"));
                break;
            case BuildEvent.Failed failed:
                _building.TryRemove(failed.Package.DisplayName, out _);
                break;
            case BuildEvent.CutOff { Package: Package.Built } cutOff:
                Tell($"        {cutOff.Package.DisplayName}: its inputs give what was built before");
                break;
            case BuildEvent.Waiting waiting when _waiting.GetValueOrDefault(waiting.What) != waiting.Holder:
                _waiting[waiting.What] = waiting.Holder;
                Tell($"        {waiting.What}: waiting for {waiting.Holder}");
                break;
            case BuildEvent.Warned warned:
                Warn([warned.Diagnostic]);
                break;
        }

        terminal.Status(StatusLine());
    }

    /// <summary>Prints warnings, each once in a run: what a package was told for when it was built need not be told again for its image.</summary>
    public void Warn(IEnumerable<Diagnostic> warnings) => terminal.Print([.. warnings.Where(w => _warnings.TryAdd(DiagnosticPrinter.Print(w), true))]);

    /// <summary>What was fetched and imported so far, as a line of talk; nothing if nothing was.</summary>
    public void Report()
    {
        _binhosts.Report();
        if (_fetched + _imported > 0)
        {
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"        fetched {_fetched} files ({_fetchedBytes / 1e6:0.0} MB), imported {_imported} distribution packages"));
        }
    }

    /// <summary>Tells people; programs are told by the event itself.</summary>
    private void Tell(string line)
    {
        if (!terminal.IsForPrograms)
        {
            terminal.Line(line);
        }
    }

    private string StatusLine()
    {
        var builds = string.Join(", ", _building.OrderBy(b => b.Key, StringComparer.Ordinal).Select(b => $"{b.Key} ({b.Value})"));
        return string.Create(CultureInfo.InvariantCulture, $"  fetched {_fetched} ({_fetchedBytes / 1e6:0} MB)  imported {_imported}  built {_built}  {builds}");
    }
}
