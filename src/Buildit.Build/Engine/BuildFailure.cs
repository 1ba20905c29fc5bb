using System.Text.RegularExpressions;
using Buildit.Build.Sandboxing;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Build.Engine;

/// <summary>Says why a build failed: phase, command, patch and hunk, and the end of its log.</summary>
internal static partial class BuildFailure
{
    private const int TailLines = 25;
    private const int LongestLine = 400;
    private const int LongestCommand = 160;

    /// <summary>The error to throw.</summary>
    public static BuilditException Describe(Package.Built package, SandboxResult result, IReadOnlyList<string> status, string log)
    {
        var phase = status.LastOrDefault(l => l.StartsWith("phase ", StringComparison.Ordinal))?[6..] ?? "start";
        var lines = File.Exists(log) ? File.ReadAllLines(log) : [];
        var patch = phase == "patch" && !result.TimedOut ? CurrentPatch(package, status) : null;
        var message = patch is null ? Message(package, phase, result, lines) : PatchMessage(package, patch, lines);
        return new(ExitCode.Failed, [new(message, patch?.Origin.Span ?? package.Declaration.At(phase) ?? new SourceSpan(package.Recipe.Text, 1, 1), Hint(phase, lines, result))
        {
            Code = ExitCode.Failed,
            Detail = string.Join('\n', lines.TakeLast(TailLines).Select(l => "  | " + Shortened(l, LongestLine)).Append($"  log: {log}")),
        }]);
    }

    /// <summary>The same error, which also says where the work directory is.</summary>
    public static BuilditException Kept(BuilditException failure, string directory)
    {
        var last = failure.Diagnostics[^1];
        var line = $"  kept: {directory}";
        return new(failure.Code, [.. failure.Diagnostics.SkipLast(1), last with { Detail = last.Detail is null ? line : $"{last.Detail}\n{line}" }], failure);
    }

    private static string Message(Package.Built package, string phase, SandboxResult result, string[] lines)
    {
        if (result.TimedOut)
        {
            return $"'{package.DisplayName}' was ended in phase '{phase}': it took longer than {Describe(package.Recipe.Timeout)}";
        }

        var command = lines.LastOrDefault(l => l.StartsWith("+ ", StringComparison.Ordinal))?[2..];
        return FormattableString.Invariant($"'{package.DisplayName}' failed in phase '{phase}' with exit code {result.ExitCode}{(command is null ? "" : $": {Shortened(command, LongestCommand)}")}");
    }

    private static ResolvedPatch? CurrentPatch(Package.Built package, IReadOnlyList<string> status)
    {
        var name = status.LastOrDefault(l => l.StartsWith("patch ", StringComparison.Ordinal))?[6..];
        return package.Recipe.Patches.Where((p, i) => Actions.BuildScript.PatchFile(i + 1, p) == name).FirstOrDefault();
    }

    /// <summary>Names the patch, the file and the hunk, from what patch(1) printed.</summary>
    private static string PatchMessage(Package.Built package, ResolvedPatch patch, string[] lines)
    {
        if (lines.Any(IsApplied))
        {
            return $"patch '{patch.FileName}' of '{package.DisplayName}' is applied already: the sources contain its change";
        }

        var absent = lines.Any(l => l.StartsWith("can't find file to patch", StringComparison.Ordinal));
        var file = lines.Select(l => (absent ? AbsentFile() : PatchedFile()).Match(l)).LastOrDefault(m => m.Success)?.Groups[1].Value;
        var hunks = lines.Select(l => FailedHunk().Match(l)).Where(m => m.Success).Select(m => $"hunk {m.Groups[1].Value} at line {m.Groups[2].Value}").ToArray();
        var where = file is null ? "" : absent ? $": there is no '{file}'" : hunks.Length == 0 ? $": '{file}'" : $": '{file}', {string.Join(", ", hunks)}";
        return $"patch '{patch.FileName}' does not apply to '{package.DisplayName}'{where}";
    }

    private static string? Hint(string phase, string[] lines, SandboxResult result) => phase switch
    {
        _ when result.TimedOut => "give the recipe more time with 'timeout:', or look in the log for what it was waiting for",
        "patch" when lines.Any(IsApplied) => "remove the patch from the recipe, or limit it with 'versions:'",
        "patch" => "make the patch anew against these sources; patches are applied with no fuzz",
        "test" => "the test runs in a root that holds only the package and what its files need at run time",
        _ when lines.TakeLast(TailLines).Any(l => l.Contains("Could not resolve host", StringComparison.Ordinal) || l.Contains("Temporary failure in name resolution", StringComparison.Ordinal)) =>
            "builds have no network: declare what they need under 'sources'",
        _ => null,
    };

    // Commands and lines may have any length; all of it is in the log.
    private static string Shortened(string text, int length) => text.Length <= length ? text : text[..(length - 3)] + "...";

    private static bool IsApplied(string line) => line.Contains("Reversed (or previously applied) patch detected", StringComparison.Ordinal);

    private static string Describe(TimeSpan time) =>
        time.TotalMinutes >= 1 && time.TotalSeconds % 60 == 0 ? FormattableString.Invariant($"{time.TotalMinutes:0} min") : FormattableString.Invariant($"{time.TotalSeconds:0} s");

    [GeneratedRegex("^(?:patching|checking) file '?(.*?)'?$", RegexOptions.CultureInvariant)]
    private static partial Regex PatchedFile();

    // patch(1) shows the header of what it cannot place behind a bar.
    [GeneratedRegex(@"^\|\+\+\+ (\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex AbsentFile();

    [GeneratedRegex(@"^Hunk #(\d+) FAILED at (\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex FailedHunk();
}
