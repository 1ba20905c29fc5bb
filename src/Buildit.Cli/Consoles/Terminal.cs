using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Consoles;

/// <summary>Where a person reads: talk goes to standard error, data to standard output. One line at the bottom may be transient.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error, bool isInteractive, bool hasColor, int width)
{
    private readonly Lock _gate = new();
    private bool _hasStatus;
    private bool _isQuiet;

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

    /// <summary>How much is shown: 'auto', 'plain' (no progress line) or 'quiet' (no talk either).</summary>
    public void SetProgress(string mode) => (IsInteractive, _isQuiet) = (IsInteractive && mode == "auto", mode == "quiet");

    /// <summary>The same without standard output, for work whose results are only part of a greater one.</summary>
    public Terminal WithoutData() => new(TextWriter.Null, Error, IsInteractive, hasColor, width) { _isQuiet = _isQuiet };

    /// <summary>A line of talk.</summary>
    public void Line(string text)
    {
        if (!_isQuiet)
        {
            Write(text);
        }
    }

    /// <summary>A line of talk that says how something ended, at a fixed column.</summary>
    public void Ended(string text, string state = "[OK]") => Line(text.PadRight(Math.Max(text.Length + 1, 75)) + state);

    /// <summary>A remark that is no part of the usual talk.</summary>
    public void Note(string text) => Write("buildit: " + text);

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
            Error.Write("\r\x1b[K" + (text.Length >= width ? text[..(width - 1)] : text));
            _hasStatus = true;
        }
    }

    public void Print(IReadOnlyList<Diagnostic> diagnostics)
    {
        if (diagnostics.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            ClearStatus();
            Error.WriteLine(string.Join("\n", diagnostics.Distinct().Select(d => DiagnosticPrinter.Print(d, hasColor).TrimEnd() + "\n")).TrimEnd());
        }
    }

    public void Bug(Exception e)
    {
        lock (_gate)
        {
            ClearStatus();
            Error.WriteLine("error: this is a bug in buildit; please report it with the lines below");
            Error.WriteLine(e.ToString());
        }
    }

    private void Write(string text)
    {
        lock (_gate)
        {
            ClearStatus();
            Error.WriteLine(text);
        }
    }

    private void ClearStatus()
    {
        if (_hasStatus)
        {
            Error.Write("\r\x1b[K");
            _hasStatus = false;
        }
    }
}
