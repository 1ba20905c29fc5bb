using Buildit.Core.Diagnostics;

namespace Buildit.Core.Containers;

/// <summary>A text of several lines inside a YAML file, which can say where each of its characters was written: for mistakes within it, such as bad JSON.</summary>
public sealed class BlockText
{
    private readonly Func<int, SourceSpan> _at;

    /// <summary>A text of which only the beginning's place is known.</summary>
    public BlockText(string value, SourceSpan span)
        : this(value, span, _ => span)
    {
    }

    internal BlockText(string value, SourceSpan span, Func<int, SourceSpan> at) => (Value, Span, _at) = (value, span, at);

    /// <summary>The text, templates filled in.</summary>
    public string Value { get; }

    /// <summary>Where it begins in the file.</summary>
    public SourceSpan Span { get; }

    /// <summary>
    /// Where the character at a line and column of <see cref="Value"/>, both counted from 1, was written. Within what a variable gave, that is the template.
    /// </summary>
    public SourceSpan At(int line, int column) => _at(new SourceText("", Value).IndexOf(line, column));

    /// <summary>The text.</summary>
    public override string ToString() => Value;
}
