namespace Buildit.Core.Diagnostics;

/// <summary>A place in a text: line and column count from 1; <paramref name="Length"/> characters on that line, at least 1.</summary>
public readonly record struct SourceSpan(SourceText Source, int Line, int Column, int Length = 1)
{
    /// <summary><c>file:line:column</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Source.Path}:{Line}:{Column}");
}

/// <summary>A value and the place where a person wrote it.</summary>
public readonly record struct Spanned<T>(T Value, SourceSpan Span)
{
    /// <summary>The value's text.</summary>
    public override string ToString() => Value?.ToString() ?? "";
}
