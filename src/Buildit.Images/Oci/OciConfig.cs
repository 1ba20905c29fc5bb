using System.Text.Json;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Json;
using Buildit.Images.Composition;
using Buildit.Store.Layers;

namespace Buildit.Images.Oci;

/// <summary>Writes the image configuration ("OCI Image Configuration", application/vnd.oci.image.config.v1+json).</summary>
internal static class OciConfig
{
    /// <summary>Where programs are looked for if nobody says it.</summary>
    internal const string DefaultPath = "PATH=" + SearchPath.Usual;

    internal static byte[] Write(OciRequest request, IReadOnlyList<(LayerGroup Group, LayerBlob Blob)> layers, DiagnosticBag bag) => JsonDocuments.Write(json =>
    {
        var created = SourceDate.ToRfc3339(request.Root.Mtime);
        json.WriteString("created", created);
        if (request.Container.Author is { Length: > 0 } author)
        {
            json.WriteString("author", author);
        }

        json.WriteString("architecture", request.Container.Platform.Arch);
        json.WriteString("os", request.Container.Platform.Os);
        WriteSettings(json, request.Step, bag);
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        JsonDocuments.Texts(json, "diff_ids", layers.Select(l => l.Blob.DiffId.ToString()));
        json.WriteEndObject();
        json.WriteStartArray("history");
        foreach (var (group, _) in layers)
        {
            json.WriteStartObject();
            json.WriteString("created", created);
            json.WriteString("created_by", "buildit: " + group.Title);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void WriteSettings(Utf8JsonWriter json, Step.Image step, DiagnosticBag bag)
    {
        var settings = step.Settings;
        json.WriteStartObject("config");
        WriteText(json, "User", settings.User);
        WriteSet(json, "ExposedPorts", ExposedPort.ParseAll(settings.Expose, step.Span, bag).Select(p => p.ToString()));
        JsonDocuments.Texts(json, "Env", Environment(settings));
        WriteTexts(json, "Entrypoint", settings.Entrypoint);
        WriteTexts(json, "Cmd", settings.Cmd);
        WriteSet(json, "Volumes", settings.Volumes.Distinct().Order(StringComparer.Ordinal));
        WriteText(json, "WorkingDir", settings.WorkingDirectory);
        if (!settings.Labels.IsEmpty)
        {
            json.WriteStartObject("Labels");
            foreach (var (name, value) in settings.Labels.OrderBy(l => l.Key, StringComparer.Ordinal))
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        WriteText(json, "StopSignal", settings.StopSignal);
        json.WriteEndObject();
    }

    internal static IEnumerable<string> Environment(ImageSettings settings)
    {
        var given = settings.Environment.Select(e => $"{e.Key}={e.Value}");
        return settings.Environment.Any(e => e.Key == "PATH") ? given : given.Prepend(DefaultPath);
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyCollection<string> values)
    {
        if (values.Count > 0)
        {
            JsonDocuments.Texts(json, name, values);
        }
    }

    /// <summary>A set, which Go writes as an object with empty objects.</summary>
    private static void WriteSet(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        var all = values.ToArray();
        if (all.Length == 0)
        {
            return;
        }

        json.WriteStartObject(name);
        foreach (var value in all)
        {
            json.WriteStartObject(value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
