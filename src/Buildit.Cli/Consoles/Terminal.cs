using System.Text.Json;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Consoles;

/// <summary>Where a person reads: talk goes to standard error, data to standard output. One line at the bottom may be transient.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error, bool isInteractive, bool hasColor, int width)
{
    private readonly Lock _gate = new();
    private readonly Queue<string> _heldBack = [];
    private readonly HashSet<Diagnostic> _told = new(ReferenceEqualityComparer.Instance);
    private string _status = "";
    private bool _isQuiet;
    private bool _isHandedOver;

    public TextWriter Out { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>Whether a progress line can be shown.</summary>
    public bool IsInteractive { get; private set; } = isInteractive;

    public static Terminal OfProcess()
    {
        var interactive = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or null);
        var color = interactive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new(Console.Out, Console.Error, interactive, color, interactive ? Math.Max(40, Console.WindowWidth) : 80);
    }

    /// <summary>Whether all talk is JSON, an object on each line.</summary>
    public bool IsForPrograms { get; private set; }

    /// <summary>How much is shown: 'auto', 'plain' (no progress line), 'quiet' (no talk either) or 'json' (for programs).</summary>
    public void SetProgress(string mode) => (IsInteractive, _isQuiet, IsForPrograms) = (IsInteractive && mode == "auto", mode == "quiet", mode == "json");

    /// <summary>The same without standard output, for work whose results are only part of a greater one.</summary>
    public Terminal WithoutData() => new(TextWriter.Null, Error, IsInteractive, hasColor, width) { _isQuiet = _isQuiet, IsForPrograms = IsForPrograms };

    /// <summary>A line of talk.</summary>
    public void Line(string text)
    {
        if (!_isQuiet)
        {
            Say(text, text.Trim(), null);
        }
    }

    /// <summary>A line of talk that says how something ended, at a fixed column.</summary>
    public void Ended(string text, bool isGood = true)
    {
        if (!_isQuiet)
        {
            Say(text.PadRight(Math.Max(text.Length + 1, 75)) + (isGood ? "[OK]" : "[FAILED]"), text.Trim(), isGood ? "ok" : "failed");
        }
    }

    /// <summary>A remark that is no part of the usual talk.</summary>
    public void Note(string text) => Say("buildit: " + text, text, null);

    /// <summary>Something that happened, for programs; people are told otherwise.</summary>
    public void Event(Action<Utf8JsonWriter> write)
    {
        if (IsForPrograms)
        {
            Write(EventJson.Line(write));
        }
    }

    /// <summary>Leaves the terminal to somebody else. What is said meanwhile is shown when that has ended.</summary>
    public IDisposable HandOver()
    {
        lock (_gate)
        {
            ClearStatus();
            _isHandedOver = true;
        }

        return new Handover(this);
    }

    /// <summary>A line of data.</summary>
    public void Data(string text)
    {
        lock (_gate)
        {
            ClearStatus();
            Out.WriteLine(text);
        }
    }

    /// <summary>Shows a transient line; nothing where there is no terminal.</summary>
    public void Status(string text)
    {
        if (!IsInteractive)
        {
            return;
        }

        lock (_gate)
        {
            if (!_isHandedOver && text != _status)
            {
                Error.Write("\r\x1b[K" + (text.Length >= width ? text[..(width - 1)] : text));
                _status = text;
            }
        }
    }

    /// <summary>Tells mistakes and warnings; one that was told on its way up, where there was more to see, is not told again when it has come to its end.</summary>
    public void Print(IReadOnlyList<Diagnostic> diagnostics)
    {
        Diagnostic[] untold = [.. Untold(diagnostics).Distinct()];
        if (untold.Length == 0)
        {
            return;
        }

        Write(IsForPrograms
            ? string.Join('\n', untold.Select(d => EventJson.Line(json => EventJson.Write(json, d))))
            : string.Join("\n", untold.Select(d => DiagnosticPrinter.Print(d, hasColor).TrimEnd() + "\n")).TrimEnd());
    }

    public void Bug(Exception e)
    {
        Write(IsForPrograms ? EventJson.Line(json => EventJson.WriteBug(json, e)) : $"error: this is a bug in buildit; please report it with the lines below\n{e}");
    }

    private Diagnostic[] Untold(IReadOnlyList<Diagnostic> diagnostics)
    {
        lock (_gate)
        {
            return [.. diagnostics.Where(_told.Add)];
        }
    }

    private void Say(string line, string text, string? state) => Write(IsForPrograms ? EventJson.Line(json => EventJson.WriteTalk(json, text, state)) : line);

    private void Write(string text)
    {
        lock (_gate)
        {
            if (_isHandedOver)
            {
                _heldBack.Enqueue(text);
                return;
            }

            ClearStatus();
            Error.WriteLine(text);
        }
    }

    private void TakeBack()
    {
        lock (_gate)
        {
            _isHandedOver = false;
            while (_heldBack.TryDequeue(out var text))
            {
                Error.WriteLine(text);
            }
        }
    }

    private void ClearStatus()
    {
        if (_status.Length > 0)
        {
            Error.Write("\r\x1b[K");
            _status = "";
        }
    }

    private sealed class Handover(Terminal terminal) : IDisposable
    {
        public void Dispose() => terminal.TakeBack();
    }
}
