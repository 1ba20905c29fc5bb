using Buildit.Core.Keys;

namespace Buildit.Core.Differences;

/// <summary>An input of a key that is not what it was. One of the two is null if it was not there before, or no longer is.</summary>
/// <param name="Old">Before.</param>
/// <param name="New">Now.</param>
public sealed record InputChange(Input? Old, Input? New)
{
    /// <summary>Place in the list of its kind, counted from 1: now, or before if it is gone. 0 for what is known by its name.</summary>
    public int Position { get; init; }

    /// <summary>Length of that list.</summary>
    public int Count { get; init; }

    /// <summary>Whether all inputs of this kind are the same as before, in another order; <see cref="Old"/> and <see cref="New"/> are the first that moved.</summary>
    public bool IsOrder { get; init; }

    /// <summary>Kind of the input.</summary>
    public string Kind => (New ?? Old)!.Kind;

    /// <summary>Name of the input.</summary>
    public string Name => (New ?? Old)!.Name;

    /// <summary>Whether the same input says something else now.</summary>
    public bool IsChange => Old is not null && New is not null;

    /// <summary>Whether it is a dependency; its values are recipe keys.</summary>
    public bool IsDependency => InputKind.Dependencies.Contains(Kind);
}
