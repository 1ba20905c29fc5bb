using System.Collections.Immutable;
using Buildit.Build.Actions;
using Buildit.Core.Verification;

namespace Buildit.Build.Verification;

/// <summary>One thing that may surround a build in another way, and must not reach what it gives.</summary>
/// <param name="Name">As people write and read it.</param>
/// <param name="Kind">What gets into a result that depends on it.</param>
/// <param name="Text">What is done, for people.</param>
/// <param name="IsFixed">Whether the sandbox's profile fixes it: then builds of buildit agree even if a recipe depends on it, and only other builds would not.</param>
public sealed record Variation(string Name, CauseKind Kind, string Text, bool IsFixed)
{
    private static readonly ImmutableDictionary<string, string> Locale = ImmutableDictionary.CreateRange([KeyValuePair.Create("LANG", "C"), KeyValuePair.Create("LC_ALL", "C")]);

    /// <summary>Name of the library of <see cref="VariationLibraries"/> that it takes, if any.</summary>
    public string? Library { get; init; }

    /// <summary>What it changes.</summary>
    public Func<BuildConditions, BuildConditions> Change { get; init; } = static c => c;

    /// <summary>All of them. docs/reproducibility.md has a line for each.</summary>
    public static ImmutableArray<Variation> All { get; } =
    [
        new("jobs", CauseKind.Jobs, "JOBS is 1, or 4 where it usually is 1", false) { Change = c => c with { Jobs = c.Jobs > 1 ? 1 : 4 } },
        new("processors", CauseKind.Jobs, "one processor is to be seen, or four where there is one", false) { Library = "processors" },
        new("path", CauseKind.HostPath, "the work directory lies deeper on this machine, under another name", false) { Change = c => c with { IsDeep = true } },
        new("clock", CauseKind.Date, "a wall clock 400 days, 7 hours and 13 minutes ahead", false) { Library = "clock" },
        new("kernel", CauseKind.Kernel, $"kernel release {OtherKernel}", false) { Library = "kernel" },
        new("directory-order", CauseKind.DirectoryOrder, "directories list their files backwards", false) { Library = "directories" },
        new("environment-order", CauseKind.EnvironmentOrder, "variables are set in the opposite order", false) { Change = c => c with { IsEnvironmentReversed = true } },
        new("locale", CauseKind.Locale, "LANG and LC_ALL are C", true) { Change = c => c with { Environment = c.Environment.SetItems(Locale) } },
        new("time-zone", CauseKind.TimeZone, "TZ is 13 hours and 45 minutes east of UTC", true) { Change = c => c with { Environment = c.Environment.SetItem("TZ", "VAR-13:45") } },
        new("host-name", CauseKind.HostName, "the host name is varied-host", true) { Change = c => c with { HostName = "varied-host" } },
        new("user", CauseKind.User, "user nobody and group nogroup, number 65534", true) { Change = c => c with { User = 65534, Group = 65534 } },
        new("umask", CauseKind.Umask, "the umask is 027", true) { Change = c => c with { Umask = "027" } },
    ];

    /// <summary>The release that the variation <c>kernel</c> shows.</summary>
    public const string OtherKernel = "99.9.9-buildit-vary";

    /// <summary>What is varied, for people.</summary>
    public static string Names(ImmutableArray<Variation> variations) =>
        variations.IsEmpty ? "nothing varied" : variations.Length == All.Length ? "everything varied" : "varied: " + string.Join(", ", variations.Select(v => v.Name));

    /// <summary>The conditions with these variations.</summary>
    public static BuildConditions Apply(BuildConditions usual, IEnumerable<Variation> variations, VariationLibraries? libraries) => variations.Aggregate(usual, (c, v) =>
        v.Library is { } library ? v.Change(c) with { Preloads = c.Preloads.Add(libraries!.PathOf(library)) } : v.Change(c));
}
