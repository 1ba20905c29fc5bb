using System.Collections.Immutable;
using System.Text;

namespace Buildit.Core.Binhosts.Keeping;

/// <summary>The records of a binhost that stay whatever their age: a text with a line <c>KEY NAME</c> for each, sorted.</summary>
public sealed record PinList(ImmutableSortedDictionary<Digest, string> Pins)
{
    /// <summary>No pins.</summary>
    public static PinList Empty { get; } = new(ImmutableSortedDictionary<Digest, string>.Empty);

    /// <summary>Reads what <see cref="Print"/> wrote; null for anything else.</summary>
    public static PinList? Parse(ReadOnlySpan<byte> bytes)
    {
        var pins = ImmutableSortedDictionary.CreateBuilder<Digest, string>();
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ', 2) is not [var hex, var name] || !Digest.TryParse(hex, out var key))
            {
                return null;
            }

            pins[key] = name;
        }

        return new(pins.ToImmutable());
    }

    /// <summary>The list as text; names are for people.</summary>
    public byte[] Print() => Encoding.UTF8.GetBytes(string.Concat(Pins.Select(p => $"{p.Key.Hex} {p.Value}\n")));
}
