using System.Diagnostics;

namespace Buildit.Core.Verification;

/// <summary>Why two builds of the same input may differ. docs/reproducibility.md has a line for each.</summary>
public enum CauseKind
{
    /// <summary>Date or time.</summary>
    Date,

    /// <summary>A path of the machine outside of the sandbox.</summary>
    HostPath,

    /// <summary>The machine's name.</summary>
    HostName,

    /// <summary>Name or number of the user.</summary>
    User,

    /// <summary>Version of the kernel.</summary>
    Kernel,

    /// <summary>How many jobs run at once, and so which of them is done first.</summary>
    Jobs,

    /// <summary>The order in which a directory lists its files.</summary>
    DirectoryOrder,

    /// <summary>The order of the environment's variables.</summary>
    EnvironmentOrder,

    /// <summary>The order of a hash table whose seed is random.</summary>
    HashSeed,

    /// <summary>Some order: of files, lines, or members.</summary>
    Order,

    /// <summary>Language and character set.</summary>
    Locale,

    /// <summary>Time zone.</summary>
    TimeZone,

    /// <summary>The umask: permissions of new files.</summary>
    Umask,

    /// <summary>Random numbers, addresses in memory, process ids, or a race.</summary>
    Random,
}

/// <summary>Words for kinds of causes.</summary>
public static class CauseKinds
{
    /// <summary>The kind as one word, for programs and for documents.</summary>
    public static string Word(this CauseKind kind) => kind switch
    {
        CauseKind.Date => "date",
        CauseKind.HostPath => "host-path",
        CauseKind.HostName => "host-name",
        CauseKind.User => "user",
        CauseKind.Kernel => "kernel",
        CauseKind.Jobs => "jobs",
        CauseKind.DirectoryOrder => "directory-order",
        CauseKind.EnvironmentOrder => "environment-order",
        CauseKind.HashSeed => "hash-seed",
        CauseKind.Order => "order",
        CauseKind.Locale => "locale",
        CauseKind.TimeZone => "time-zone",
        CauseKind.Umask => "umask",
        CauseKind.Random => "random",
        _ => throw new UnreachableException(),
    };

    /// <summary>What is in the result.</summary>
    public static string Text(this CauseKind kind) => kind switch
    {
        CauseKind.Date => "the date or time of the build",
        CauseKind.HostPath => "a path of the machine, outside of the sandbox",
        CauseKind.HostName => "the name of the machine",
        CauseKind.User => "name or number of the building user",
        CauseKind.Kernel => "the version of the machine's kernel",
        CauseKind.Jobs => "the order in which parallel jobs end, or their number",
        CauseKind.DirectoryOrder => "the order in which directories list their files",
        CauseKind.EnvironmentOrder => "the order of the environment's variables",
        CauseKind.HashSeed => "the order of a hash table, which begins with a random seed",
        CauseKind.Order => "an order that nothing fixes: of a directory's files, of parallel jobs, of a hash table, or of a sort by locale",
        CauseKind.Locale => "language or character set of the environment",
        CauseKind.TimeZone => "the time zone",
        CauseKind.Umask => "permissions that the umask gives",
        CauseKind.Random => "random numbers, memory addresses, process ids, or a race",
        _ => throw new UnreachableException(),
    };

    /// <summary>What to do about it.</summary>
    public static string Cure(this CauseKind kind) => kind switch
    {
        CauseKind.Date => "use $SOURCE_DATE_EPOCH instead: 'date -u -d @$SOURCE_DATE_EPOCH', 'gzip -n', 'tar --mtime=@$SOURCE_DATE_EPOCH'",
        CauseKind.HostPath => "do not read /proc/self/mountinfo and the like; paths below /build are the same everywhere",
        CauseKind.HostName => "leave the name out; many programs take it from a variable or an option",
        CauseKind.User => "leave the user out: 'tar --owner=0 --group=0 --numeric-owner'",
        CauseKind.Kernel => "leave the output of uname out",
        CauseKind.Jobs => "declare all dependencies between the makefile's targets, and let no two of them write one file; JOBS must not be written down",
        CauseKind.DirectoryOrder => "sort what find, readdir or a glob of a program gives: 'find | LC_ALL=C sort', 'tar --sort=name', $(sort $(wildcard *.c))",
        CauseKind.EnvironmentOrder => "sort it: 'env | LC_ALL=C sort'",
        CauseKind.HashSeed => "sort what is written (perl: 'sort keys %h'), or set PERL_HASH_SEED and PYTHONHASHSEED to 0 under 'environment'",
        CauseKind.Order => "sort it: 'LC_ALL=C sort', 'tar --sort=name'; 'verify --vary' finds out which order it is",
        CauseKind.Locale => "say the locale where it counts: 'LC_ALL=C sort'",
        CauseKind.TimeZone => "use UTC: 'date -u'",
        CauseKind.Umask => "set modes with 'install -m' or chmod, also before packing archives",
        CauseKind.Random => "look for temporary names, uuids, keys and seeds that the build makes (gcc has -frandom-seed), and for targets that write one file",
        _ => throw new UnreachableException(),
    };
}
