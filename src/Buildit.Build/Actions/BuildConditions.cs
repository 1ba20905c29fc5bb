using System.Collections.Immutable;

namespace Buildit.Build.Actions;

/// <summary>
/// What surrounds a build besides its inputs. The profile fixes all of it but the number of jobs; a build that is verified may run under others, and must give the same.
/// </summary>
public sealed record BuildConditions
{
    /// <summary>Host name that the profile gives.</summary>
    public const string UsualHostName = "buildit";

    /// <summary>User and group number that the profile gives.</summary>
    public const int UsualUser = 1000;

    /// <summary>$JOBS.</summary>
    public required int Jobs { get; init; }

    /// <summary>User number inside.</summary>
    public int User { get; init; } = UsualUser;

    /// <summary>Group number inside.</summary>
    public int Group { get; init; } = UsualUser;

    /// <summary>Name of the machine inside.</summary>
    public string HostName { get; init; } = UsualHostName;

    /// <summary>Mask of the permissions of new files, in octal.</summary>
    public string Umask { get; init; } = "022";

    /// <summary>What every command gets, before the values that belong to the recipe.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = BuildEnvironment.Base;

    /// <summary>Variables are set from the last to the first.</summary>
    public bool IsEnvironmentReversed { get; init; }

    /// <summary>Files of this machine with libraries that every dynamic program inside is started with.</summary>
    public ImmutableArray<string> Preloads { get; init; } = [];

    /// <summary>The work directory lies deeper on this machine, under another name.</summary>
    public bool IsDeep { get; init; }
}
