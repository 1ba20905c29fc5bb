using Buildit.Core.Diagnostics;
using YamlDotNet.Core;

namespace Buildit.Core.Yaml;

/// <summary>A text, taken as written: <c>1.10</c>, <c>0644</c> and <c>yes</c> are texts until somebody expects something else.</summary>
public sealed class YamlScalar : YamlNode
{
    private readonly ScalarStyle _style;

    internal YamlScalar(string value, ScalarStyle style, SourceSpan span)
        : base(span) => (Value, _style) = (value, style);

    /// <summary>The text, quotes and block indentation removed.</summary>
    public string Value { get; }

    /// <summary>True for a value that was left out, as in <c>key:</c> and nothing behind it.</summary>
    public bool IsNothing => Value.Length == 0 && _style == ScalarStyle.Plain;

    /// <inheritdoc/>
    public override string Kind => IsNothing ? "nothing" : "text";

    /// <summary>
    /// Where the character at <paramref name="offset"/> of <see cref="Value"/> stands in the file. YAML's folding and indentation change white space only,
    /// so the n-th visible character of the value is the n-th visible one of the source, whatever the style.
    /// </summary>
    public SourceSpan At(int offset, int length = 1)
    {
        var source = Span.Source;
        var visible = Value.AsSpan(0, Math.Min(offset, Value.Length)).ToArray().Count(c => !char.IsWhiteSpace(c));
        var index = ContentStart();
        while (index < source.Text.Length)
        {
            var (step, counts) = Unit(source.Text, index);
            if (counts && visible-- == 0)
            {
                break;
            }

            index += step;
        }

        return source.At(index, length);
    }

    private int ContentStart()
    {
        var (text, start) = (Span.Source.Text, Span.Source.IndexOf(Span.Line, Span.Column));
        return _style switch
        {
            ScalarStyle.Literal or ScalarStyle.Folded => text.IndexOf('\n', start) is var end and >= 0 ? end + 1 : text.Length,
            ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted => start + 1,
            _ => start,
        };
    }

    /// <summary>How many characters of the source stand for the next one of the value, and whether that is a visible one.</summary>
    private (int Length, bool Visible) Unit(string text, int index)
    {
        var next = index + 1 < text.Length ? text[index + 1] : '\0';
        return (_style, text[index]) switch
        {
            (ScalarStyle.SingleQuoted, '\'') => (2, true),
            (ScalarStyle.DoubleQuoted, '\\') => next switch
            {
                'x' => (4, true),
                'u' => (6, true),
                'U' => (10, true),
                'n' or 'r' or 't' or 'v' or 'f' or 'N' or '_' or 'L' or 'P' or ' ' or '\t' or '\r' or '\n' => (2, false),
                _ => (2, true),
            },
            (_, var c) => (1, !char.IsWhiteSpace(c)),
        };
    }
}
