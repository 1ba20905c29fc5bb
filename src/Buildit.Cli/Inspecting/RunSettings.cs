using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core.Containers;

namespace Buildit.Cli.Inspecting;

/// <summary>What an instance of an image runs, and how, as words for people: of the step's keys, or of an ACI's own manifest.</summary>
internal static class RunSettings
{
    /// <summary>Word and value of everything that is set; a word may be there more than once.</summary>
    public static ImmutableArray<(string Word, string Value)> Of(Step.Image step) => [.. (step is { Format: ImageFormat.Aci, Content: { } content } ? OfManifest(content.Value) : OfSettings(step.Settings)).Where(s => s.Value.Length > 0)];

    private static IEnumerable<(string Word, string Value)> OfSettings(ImageSettings s) =>
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

    private static IEnumerable<(string Word, string Value)> OfManifest(string manifest)
    {
        using var json = JsonDocument.Parse(manifest);
        if (!json.RootElement.TryGetProperty("app", out var app))
        {
            return [];
        }

        return
        [
            ("entrypoint", Command(Items(app, "exec").Select(e => e.ToString()))),
            ("user", $"{Text(app, "user")}:{Text(app, "group")}"),
            ("workdir", Text(app, "workingDirectory")),
            .. Items(app, "ports").Select(p => ("port", $"{Text(p, "port")}/{Text(p, "protocol")}")),
            .. Items(app, "mountPoints").Select(m => ("volume", Text(m, "path"))),
            .. Items(app, "environment").Select(e => ("env", $"{Text(e, "name")}={Text(e, "value")}")),
        ];
    }

    private static JsonElement[] Items(JsonElement e, string name) => e.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray()] : [];

    private static string Text(JsonElement e, string name) => e.TryGetProperty(name, out var value) ? value.ToString() : "";

    // As a shell would take it; it is only to look at.
    private static string Command(IEnumerable<string> words) => string.Join(' ', words.Select(w => w.Length > 0 && w.All(c => char.IsLetterOrDigit(c) || "-_./:=,+@%".Contains(c, StringComparison.Ordinal)) ? w : $"'{w.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
}
