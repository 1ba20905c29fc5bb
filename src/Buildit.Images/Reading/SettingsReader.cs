using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Json;
using Buildit.Images.Aci;
using Buildit.Images.Oci;

namespace Buildit.Images.Reading;

/// <summary>What an image says about its instances, in our words: of an OCI image's configuration ("Image Configuration") or an ACI's manifest ("App Container Image").</summary>
public static class SettingsReader
{
    /// <summary>Of an image that was read.</summary>
    internal static ImageSettings Read(ImageContent image)
    {
        try
        {
            return image.Format switch
            {
                "aci" => OfAci(image.Documents[0].Json),
                "tar" => new(),
                _ => OfOci(image.Documents.Single(d => d.Name == "configuration").Json),
            };
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"what the image says of its instances is not what it should be: {e.Message}");
        }
    }

    /// <summary>What the image of a step will say.</summary>
    public static ImageSettings Of(Container container, Step.Image step, long sourceDate) =>
        step.Content is not null && AciManifest.Make(container, step, sourceDate, new()) is { } manifest ? OfAci(manifest)
        : step.Format is ImageFormat.Aci or ImageFormat.Tar ? step.Settings
        : step.Settings with { Environment = [.. OciConfig.Environment(step.Settings).Select(Pair)] };

    private static ImageSettings OfOci(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return Child(document.RootElement, "config") is not { } config ? new() : new()
        {
            Entrypoint = Texts(config, "Entrypoint"),
            Cmd = Texts(config, "Cmd"),
            Environment = [.. Texts(config, "Env").Select(Pair)],
            Expose = Names(config, "ExposedPorts"),
            Volumes = Names(config, "Volumes"),
            User = Text(config, "User"),
            WorkingDirectory = Text(config, "WorkingDir"),
            StopSignal = Text(config, "StopSignal"),
            Labels = Child(config, "Labels") is { } labels ? labels.EnumerateObject().ToImmutableSortedDictionary(l => l.Name, l => l.Value.GetString() ?? "", StringComparer.Ordinal) : new ImageSettings().Labels,
        };
    }

    private static ImageSettings OfAci(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var labels = Pairs(document.RootElement, "annotations").ToImmutableSortedDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        return Child(document.RootElement, "app") is not { } app ? new() { Labels = labels } : new()
        {
            Entrypoint = Texts(app, "exec"),
            Environment = [.. Pairs(app, "environment")],
            Expose = [.. Items(app, "ports").Select(p => $"{p.GetProperty("port")}/{Text(p, "protocol")}")],
            Volumes = [.. Items(app, "mountPoints").Select(m => Text(m, "path") ?? "")],
            User = $"{Text(app, "user")}:{Text(app, "group")}",
            WorkingDirectory = Text(app, "workingDirectory"),
            Labels = labels,
        };
    }

    private static KeyValuePair<string, string> Pair(string variable) => variable.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? new(variable[..at], variable[(at + 1)..]) : new(variable, "");

    private static IEnumerable<KeyValuePair<string, string>> Pairs(JsonElement e, string name) => Items(e, name).Select(p => KeyValuePair.Create(Text(p, "name") ?? "", Text(p, "value") ?? ""));

    private static JsonElement? Child(JsonElement e, string name) => e.TryGetProperty(name, out var child) && child.ValueKind != JsonValueKind.Null ? child : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement e, string name) => Child(e, name) is { } list ? list.EnumerateArray() : default;

    private static ImmutableArray<string> Texts(JsonElement e, string name) => [.. Items(e, name).Select(t => t.GetString() ?? "")];

    private static ImmutableArray<string> Names(JsonElement e, string name) => Child(e, name) is { } set ? [.. set.EnumerateObject().Select(p => p.Name)] : [];

    // What is empty says nothing.
    private static string? Text(JsonElement e, string name) => Child(e, name) is { } text && text.ToString() is { Length: > 0 } value ? value : null;
}
