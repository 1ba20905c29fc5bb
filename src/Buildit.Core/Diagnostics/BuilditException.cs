namespace Buildit.Core.Diagnostics;

/// <summary>The world or the input failed in a way that a person must hear of. Caught in one place: Buildit.Cli's App.</summary>
public sealed class BuilditException : Exception
{
    /// <summary>Several mistakes at once.</summary>
    public BuilditException(ExitCode code, IReadOnlyList<Diagnostic> diagnostics, Exception? inner = null)
        : base(string.Join("; ", diagnostics.Select(d => d.Message)), inner)
    {
        Code = code;
        Diagnostics = diagnostics;
    }

    /// <summary>One mistake.</summary>
    public BuilditException(ExitCode code, string message, string? hint = null, SourceSpan? span = null, Exception? inner = null)
        : this(code, [new Diagnostic(message, span, hint)], inner)
    {
    }

    /// <summary>The exit code that the process ends with.</summary>
    public ExitCode Code { get; }

    /// <summary>What to tell the person.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }
}
