using System.Collections.Immutable;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Containers;

/// <summary>A value for a document that is made of a step's keys.</summary>
/// <param name="Span">Where it is written.</param>
public abstract record PlacedValue(SourceSpan Span)
{
    /// <summary>A text.</summary>
    public sealed record Text(string Value, SourceSpan Span) : PlacedValue(Span);

    /// <summary>A whole number.</summary>
    public sealed record Number(int Value, SourceSpan Span) : PlacedValue(Span);

    /// <summary>True or false.</summary>
    public sealed record Flag(bool Value, SourceSpan Span) : PlacedValue(Span);

    /// <summary>A list.</summary>
    public sealed record List(ImmutableArray<PlacedValue> Items, SourceSpan Span) : PlacedValue(Span);

    /// <summary>Members in the order written.</summary>
    public sealed record Map(ImmutableArray<KeyValuePair<string, PlacedValue>> Members, SourceSpan Span) : PlacedValue(Span);
}
