using System.Collections.Immutable;
using Buildit.Core.Containers;

namespace Buildit.Cli.Inspecting;

/// <summary>What an instance of an image runs, and how, as words for people.</summary>
internal static class RunSettings
{
    /// <summary>Word and value of everything that is set; a word may be there more than once.</summary>
    public static ImmutableArray<(string Word, string Value)> Of(ImageSettings settings) => [.. All(settings).Where(s => s.Value.Length > 0)];

    private static IEnumerable<(string Word, string Value)> All(ImageSettings s) =>
    [
        ("entrypoint", Command(s.Entrypoint)),
        ("cmd", Command(s.Cmd)),
        ("user", s.User ?? ""),
        ("workdir", s.WorkingDirectory ?? ""),
        .. s.Expose.Select(p => ("port", p)),
        .. s.Volumes.Select(v => ("volume", v)),
        .. s.Environment.Select(e => ("env", $"{e.Key}={e.Value}")),
        ("stop-signal", s.StopSignal ?? ""),
        .. s.Labels.Select(l => ("label", $"{l.Key}={l.Value}")),
    ];

    // As a shell would take it; it is only to look at.
    private static string Command(IEnumerable<string> words) => string.Join(' ', words.Select(w => w.Length > 0 && w.All(c => char.IsLetterOrDigit(c) || "-_./:=,+@%".Contains(c, StringComparison.Ordinal)) ? w : $"'{w.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
}
