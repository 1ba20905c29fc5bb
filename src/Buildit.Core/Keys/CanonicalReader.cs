using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Buildit.Core.Keys;

/// <summary>One line of a preimage: a tag and its value.</summary>
public readonly record struct CanonicalEntry(string Tag, string Value);

/// <summary>Takes apart what <see cref="CanonicalWriter"/> wrote.</summary>
public static class CanonicalReader
{
    /// <summary>All entries in order. Throws <see cref="FormatException"/> on anything that the writer does not write.</summary>
    public static ImmutableArray<CanonicalEntry> Read(string preimage)
    {
        var bytes = Encoding.UTF8.GetBytes(preimage).AsSpan();
        var entries = ImmutableArray.CreateBuilder<CanonicalEntry>();
        while (!bytes.IsEmpty)
        {
            entries.Add(Next(ref bytes));
        }

        return entries.ToImmutable();
    }

    private static CanonicalEntry Next(ref Span<byte> bytes)
    {
        var tag = Word(ref bytes);
        if (!int.TryParse(Word(ref bytes), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length >= bytes.Length || bytes[length] != '\n')
        {
            throw new FormatException($"not a preimage: '{tag}' has a wrong length");
        }

        var value = Encoding.UTF8.GetString(bytes[..length]);
        bytes = bytes[(length + 1)..];
        return new(tag, value);
    }

    private static string Word(ref Span<byte> bytes)
    {
        var end = bytes.IndexOf((byte)' ');
        if (end <= 0)
        {
            throw new FormatException("not a preimage: a line without tag or length");
        }

        var word = Encoding.UTF8.GetString(bytes[..end]);
        bytes = bytes[(end + 1)..];
        return word;
    }
}
