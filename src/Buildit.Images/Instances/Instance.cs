using System.Collections.Immutable;
using Buildit.Core.Instances;

namespace Buildit.Images.Instances;

/// <summary>All that an instance of an image is to be, decided: what the configuration of its bundle says.</summary>
public sealed record Instance
{
    /// <summary>Program and arguments.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>The whole environment.</summary>
    public required ImmutableArray<KeyValuePair<string, string>> Environment { get; init; }

    /// <summary>Directory to start in.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Who runs it.</summary>
    public required InstanceUser User { get; init; }

    /// <summary>Whether the program, which is root's, has the few capabilities of a daemon's root.</summary>
    public bool IsPrivileged { get; init; }

    /// <summary>Whether it gets a terminal of its own.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>Whether the root can be written to.</summary>
    public bool IsWritable { get; init; }

    /// <summary>Whether the program may listen at ports below 1024, which are root's elsewhere.</summary>
    public bool HasLowPorts { get; init; }

    /// <summary>Directories that are writable, and empty in the beginning.</summary>
    public ImmutableArray<ScratchDirectory> Scratch { get; init; } = [];

    /// <summary>Directories and files of the machine that it sees.</summary>
    public ImmutableArray<HostMount> Mounts { get; init; } = [];

    /// <summary>What it may use up.</summary>
    public InstanceLimits Limits { get; init; } = new(null, null, null);

    /// <summary>Name of the machine inside.</summary>
    public string HostName { get; init; } = "buildit";

    /// <summary>The control group; null = the runtime's choice.</summary>
    public string? ControlGroup { get; init; }

    /// <summary>Whether whoever runs the bundle makes the network and the users' namespace before; else the runtime makes them.</summary>
    public bool IsInNamespaces { get; init; }

    /// <summary>Users inside and who they are outside.</summary>
    public IdMap Ids { get; init; } = IdMap.Machine;
}

/// <summary>A writable directory.</summary>
/// <param name="Path">Where.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
public sealed record ScratchDirectory(string Path, int Mode, int Uid, int Gid);

/// <summary>A directory or file of the machine.</summary>
/// <param name="Host">Absolute path of the machine.</param>
/// <param name="Inside">Where it is seen.</param>
/// <param name="IsReadOnly">Whether it cannot be changed.</param>
public sealed record HostMount(string Host, string Inside, bool IsReadOnly);

/// <summary>What an instance may use up; null = what there is.</summary>
/// <param name="Memory">Bytes.</param>
/// <param name="Cpus">Processors, in thousandths.</param>
/// <param name="Pids">Processes and threads.</param>
public sealed record InstanceLimits(long? Memory, int? Cpus, int? Pids)
{
    /// <summary>Whether there is any.</summary>
    public bool IsAny => Memory is not null || Cpus is not null || Pids is not null;
}
