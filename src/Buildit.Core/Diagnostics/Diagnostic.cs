namespace Buildit.Core.Diagnostics;

/// <summary>How bad it is.</summary>
public enum Severity
{
    /// <summary>The command cannot succeed.</summary>
    Error,

    /// <summary>The command goes on.</summary>
    Warning,
}

/// <summary>
/// One thing to tell a person: what happened, where, and what to do. The message starts in lower case and has no final period;
/// names that the person wrote stand in 'single quotes'.
/// </summary>
public sealed record Diagnostic(string Message, SourceSpan? Span = null, string? Hint = null, Severity Severity = Severity.Error)
{
    /// <summary>Further lines shown below the code frame as they are (a log's tail, a chain of packages).</summary>
    public string? Detail { get; init; }

    /// <summary>The exit code that this mistake alone would end the process with.</summary>
    public ExitCode Code { get; init; } = ExitCode.InvalidInput;
}
