using Buildit.Core.Diagnostics;

namespace Buildit.Core.Explanations;

/// <summary>Where an input is declared.</summary>
/// <param name="File">As shown to people.</param>
/// <param name="Line">Counted from 1; null for the file as a whole.</param>
public sealed record Place(string File, int? Line)
{
    /// <summary>The place of a span.</summary>
    public static Place Of(SourceSpan span) => new(span.Source.Path, span.Line);

    /// <summary><c>file:line</c>.</summary>
    public override string ToString() => Line is { } line ? FormattableString.Invariant($"{File}:{line}") : File;
}
