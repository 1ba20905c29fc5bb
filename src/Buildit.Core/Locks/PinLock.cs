using System.Collections.Immutable;

namespace Buildit.Core.Locks;

/// <summary>The pins of one <c>buildit.lock</c>. The same file may serve a container and the configuration beside it.</summary>
/// <param name="Pins">In the order in which they are written.</param>
public sealed record PinLock(ImmutableSortedDictionary<Lookup, Pin> Pins)
{
    /// <summary>No pins.</summary>
    public static PinLock Empty { get; } = new(ImmutableSortedDictionary.Create<Lookup, Pin>(new Order()));

    /// <summary>The pin of a lookup, or null.</summary>
    public Pin? Find(Lookup lookup) => Pins.GetValueOrDefault(lookup);

    /// <summary>With these pins besides or in place of those that are there.</summary>
    public PinLock With(IEnumerable<KeyValuePair<Lookup, Pin>> pins) => new(Pins.SetItems(pins));

    /// <summary>Without the pins of which this is true.</summary>
    public PinLock Without(Func<Lookup, bool> isUnused) => new(Pins.RemoveRange(Pins.Keys.Where(isUnused)));

    private sealed class Order : IComparer<Lookup>
    {
        public int Compare(Lookup? x, Lookup? y) => string.CompareOrdinal(PinLockFile.Subject(x!), PinLockFile.Subject(y!));
    }
}
