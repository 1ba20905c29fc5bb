using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core.Differences;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Recipes;
using Buildit.Core.Trees;

namespace Buildit.Core.Explanations;

/// <summary>Puts changed inputs into people's words. What a key does not hold, such as names of files, is taken from the recipe at hand and from the record.</summary>
/// <param name="old">The package as it was.</param>
/// <param name="now">The package as it is.</param>
/// <param name="sources">Knows which files of local sources changed; null if nobody does.</param>
internal sealed class CauseWords(Subject old, Subject now, ILocalSources? sources)
{
    private const int MostDetails = 12;

    // Tag -> what people call it, for inputs of one value.
    private static readonly Dictionary<string, string> Plain = new(StringComparer.Ordinal)
    {
        ["format"] = "the format of keys",
        ["sandbox-profile"] = "buildit's sandbox profile",
        ["outputs-version"] = "buildit's rules for outputs",
        ["import-version"] = "buildit's rules for imports",
        ["exclude"] = "excluded path",
        ["keep-symbols"] = "keep-symbols",
        ["dlopen"] = "opened library",
        ["date"] = "source date",
        ["helper"] = "file files/",
        ["file"] = "placed file ",
        ["phase"] = "phase ",
        ["environment"] = "environment ",
        ["use"] = "use flag ",
        ["flag"] = "use flag ",
        ["include-output"] = "paths of output ",
        ["permission"] = "permission of ",
        ["link"] = "link ",
        ["replaces"] = "replaces ",
        ["tool"] = "tool ",
        ["lib"] = "library ",
        ["runtime"] = "runtime need ",
        ["test-tool"] = "tool of the test ",
        ["member"] = "member ",
        ["companion"] = "runtime need ",
        ["closure"] = "distribution package ",
        ["deb"] = ".deb",
    };

    /// <summary>One cause for each value of the input that changed.</summary>
    public IEnumerable<Cause> Of(InputChange change) => change switch
    {
        { IsOrder: true } => [Make(change, Became.Reordered, ListName(change.Kind))],
        { Old: null } => [Make(change, Became.Added, What(change)) with { New = Whole(change.New!) }],
        { New: null } => [Make(change, Became.Removed, What(change)) with { Old = Whole(change.Old) }],
        _ => change.Old.Values.Select(v => v.Tag).Union(change.New.Values.Select(v => v.Tag)).Where(tag => change.Old[tag] != change.New[tag]).Select(tag => Of(change, tag)),
    };

    /// <summary>Seconds since 1970 as people write times; anything else as it is.</summary>
    internal static string Time(string seconds) => long.TryParse(seconds, CultureInfo.InvariantCulture, out var time) && time is >= 0 and < 1L << 36
        ? DateTimeOffset.FromUnixTimeSeconds(time).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : seconds;

    private Cause Of(InputChange change, string tag) => tag == "source-digest" && CommitBefore(change) is { } commit
        ? Make(change, Became.Changed, What(change) + " commit") with { Old = commit, New = SourceOf(change)!.Commit }
        : OfValue(change, tag);

    /// <summary>The commit that a git source had, as the record has it; null if it is none, or nobody knows it.</summary>
    private string? CommitBefore(InputChange change) => SourceOf(change) is { Origin: Source.Git, Commit: not null } && old.Material(change.Old!["source-digest"])?.Uri is { } uri && uri.LastIndexOf('@') is var at and >= 0
        ? uri[(at + 1)..]
        : null;

    private Cause OfValue(InputChange change, string tag)
    {
        var aspect = tag switch
        {
            "source-digest" when SourceOf(change)?.Origin is Source.Remote => " sha256",
            "source-strip" or "patch-strip" => " strip",
            "source-unpack" => " unpack",
            "source-file" => " file name",
            "source" => " directory",
            "helper-executable" or "file-executable" => " executable",
            "mode" => " mode",
            "uid" => " owner",
            "gid" => " group",
            "capabilities" => " capabilities",
            _ when tag.StartsWith("link ", StringComparison.Ordinal) => " " + tag,
            _ => "",
        };
        return Make(change, Became.Changed, What(change) + aspect) with { Old = Value(tag, change.Old!), New = Value(tag, change.New!), IsText = change.Kind is "phase" or "test", Details = tag == "source-digest" ? ChangedFiles(change) : [] };
    }

    private ImmutableArray<string> ChangedFiles(InputChange change)
    {
        if (sources is null || SourceOf(change) is not { Origin: Source.Local } source || !Digest.TryParse(change.Old!["source-digest"], out var before))
        {
            return [];
        }

        var lines = sources.ChangesSince(source, before).Where(c => (c.New ?? c.Old)!.Kind != EntryKind.Directory).Select(c => $"{c.Path} {(c.Old is null ? "added" : c.New is null ? "removed" : "changed")}").ToArray();
        return lines.Length <= MostDetails ? [.. lines] : [.. lines.Take(MostDetails), string.Create(CultureInfo.InvariantCulture, $"... and {lines.Length - MostDetails} more files")];
    }

    private Cause Make(InputChange change, Became became, string what) => new(now.Name, change.Kind, change.Name, became) { What = what };

    private string What(InputChange change) => change.Kind switch
    {
        "patch" => $"patch {Place(change)}{PatchName(change)}".TrimEnd(),
        "source" => $"source {Place(change)}{SourceName(change)}".TrimEnd(),
        "configure" => string.Create(CultureInfo.InvariantCulture, $"configure argument {change.Position}"),
        _ => Plain.GetValueOrDefault(change.Kind, change.Kind.Replace('-', ' ')) + change.Name,
    };

    private static string Place(InputChange change) => change.New is null || change.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{change.Position} of {change.Count} ");

    private static string ListName(string kind) => kind switch { "patch" => "patches", "source" => "sources", "configure" => "configure arguments", "exclude" => "excluded paths", _ => kind };

    /// <summary>What an input says that is new or gone, as far as it fits on a line.</summary>
    private static string? Whole(Input input) => input.Kind switch
    {
        "phase" or "test" or "source" or "patch" or "helper" or "file" or "permission" or "closure" => null,
        _ when InputKind.Dependencies.Contains(input.Kind) => null,
        _ => input.Value,
    };

    private static string Value(string tag, Input input) => (tag, input[tag]) switch
    {
        ("mode" or "uid" or "gid", "-1") => "as it is",
        ("mode", var mode) when int.TryParse(mode, CultureInfo.InvariantCulture, out var bits) => "0" + Convert.ToString(bits, 8),
        ("capabilities", "") => "none",
        ("date", "-1") => "of the newest file",
        ("date", var seconds) => Time(seconds),
        ("source-unpack" or "helper-executable" or "file-executable" or "keep-symbols", var truth) => truth == "1" ? "yes" : "no",
        (_, var value) => value,
    };

    private string PatchName(InputChange change) => change.New is not { } input
        ? old.Material(change.Old!.Value)?.Name ?? ""
        : now.Recipe?.Patches.ElementAtOrDefault(change.Position - 1)?.FileName ?? now.Material(input.Value)?.Name ?? "";

    private string SourceName(InputChange change) => change.New is not { } input
        ? old.Material(change.Old!["source-digest"])?.Name ?? ""
        : SourceOf(change)?.FileName ?? now.Material(input["source-digest"])?.Name ?? "";

    private ResolvedSource? SourceOf(InputChange change) => now.Recipe?.Sources.ElementAtOrDefault(change.Position - 1);
}
