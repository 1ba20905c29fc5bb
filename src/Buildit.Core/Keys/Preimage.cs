using System.Collections.Immutable;

namespace Buildit.Core.Keys;

/// <summary>One input of a key.</summary>
/// <param name="Kind">What it is: the first tag that it has in the preimage, for example <c>patch</c>, or <c>phase</c>.</param>
/// <param name="Name">Which one of its kind: a phase's name, a link's path, a package; empty where the order alone tells them apart.</param>
/// <param name="Values">What it says, by tag.</param>
public sealed record Input(string Kind, string Name, ImmutableArray<CanonicalEntry> Values)
{
    /// <summary>The value of a tag; empty if it has none.</summary>
    public string this[string tag] => Values.FirstOrDefault(v => v.Tag == tag).Value ?? "";

    /// <summary>The value of an input that has only one.</summary>
    public string Value => Values.IsEmpty ? "" : Values[0].Value;

    /// <inheritdoc/>
    public bool Equals(Input? other) => other is not null && Kind == other.Kind && Name == other.Name && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Values.Aggregate(HashCode.Combine(Kind, Name), HashCode.Combine);
}

/// <summary>A preimage as a value: what went into a key, input by input.</summary>
/// <param name="Kind">What the key is of: <c>recipe</c>, <c>group</c>, <c>debian</c>, <c>image</c>.</param>
/// <param name="FormatVersion">Of the preimages of this kind.</param>
/// <param name="Inputs">In the order written.</param>
public sealed record Preimage(string Kind, string FormatVersion, ImmutableArray<Input> Inputs)
{
    /// <summary>Reads a preimage of any format version; throws <see cref="FormatException"/> if it is none.</summary>
    public static Preimage Parse(string text)
    {
        var entries = CanonicalReader.Read(text);
        if (entries.IsEmpty)
        {
            throw new FormatException("not a preimage: it is empty");
        }

        var inputs = ImmutableArray.CreateBuilder<Input>();
        for (var at = 1; at < entries.Length;)
        {
            var length = InputKind.Length(entries, at);
            if (InputKind.Make(entries.AsSpan(at, length)) is { } input)
            {
                inputs.Add(input);
            }

            at += length;
        }

        return new(entries[0].Tag, entries[0].Value, inputs.ToImmutable());
    }

    /// <summary>The inputs of a kind, in order.</summary>
    public IEnumerable<Input> Of(string kind) => Inputs.Where(i => i.Kind == kind);

    /// <summary>The value of an input that is there once.</summary>
    public string? Find(string kind) => Of(kind).FirstOrDefault()?.Value;
}
