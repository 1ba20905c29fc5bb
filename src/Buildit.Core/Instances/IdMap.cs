using System.Collections.Immutable;

namespace Buildit.Core.Instances;

/// <summary>A range of numbers inside, and who they are outside.</summary>
/// <param name="Inside">First number inside.</param>
/// <param name="Outside">First number outside.</param>
/// <param name="Count">How many.</param>
public sealed record IdRange(long Inside, long Outside, long Count);

/// <summary>Who users and groups of an instance are outside, user_namespaces(7).</summary>
/// <param name="Users">Of users; none = they are the machine's.</param>
/// <param name="Groups">Of groups.</param>
public sealed record IdMap(ImmutableArray<IdRange> Users, ImmutableArray<IdRange> Groups)
{
    /// <summary>No namespace of their own: as for root.</summary>
    public static IdMap Machine { get; } = new([], []);

    /// <summary>An ordinary user is root inside; all others are those that the machine lends (subuid(5)), if any.</summary>
    public static IdMap Of(int uid, int gid, (long First, long Count)? lentUsers, (long First, long Count)? lentGroups) =>
        new(Ranges(uid, lentUsers is not null && lentGroups is not null ? lentUsers : null), Ranges(gid, lentUsers is not null && lentGroups is not null ? lentGroups : null));

    /// <summary>Whether there is nobody but root inside.</summary>
    public bool IsRootAlone => Users is [{ Count: 1 }];

    /// <summary>A user as it can be named inside: root, if there is no other.</summary>
    public int User(int uid) => Has(Users, uid) ? uid : 0;

    /// <summary>A group as it can be named inside.</summary>
    public int Group(int gid) => Has(Groups, gid) ? gid : 0;

    private static ImmutableArray<IdRange> Ranges(int own, (long First, long Count)? lent) => lent is { } l ? [new(0, own, 1), new(1, l.First, l.Count)] : [new(0, own, 1)];

    private static bool Has(ImmutableArray<IdRange> ranges, int id) => ranges.IsEmpty || ranges.Any(r => id >= r.Inside && id < r.Inside + r.Count);
}
