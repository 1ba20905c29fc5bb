using System.Text.Json;

namespace Buildit.Cli.Inspecting;

/// <summary>An inspection for programs.</summary>
internal static class InspectJson
{
    /// <summary>Writes one object.</summary>
    public static void Write(Utf8JsonWriter json, Inspection i)
    {
        json.WriteStartObject();
        json.WriteString("name", i.Name);
        json.WriteString("os", i.Platform.Os);
        json.WriteString("arch", i.Platform.Arch);
        json.WriteNumber("bytes", i.Bytes);
        json.WriteStartArray("packages");
        foreach (var package in i.Packages)
        {
            Write(json, package);
        }

        json.WriteEndArray();
        json.WriteStartArray("users");
        foreach (var user in i.Users)
        {
            json.WriteStringValue(user);
        }

        json.WriteEndArray();
        json.WriteStartArray("images");
        foreach (var image in i.Images)
        {
            Write(json, image);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, InspectedPackage p)
    {
        json.WriteStartObject();
        Text(json, "name", p.Name.Length == 0 ? null : p.Name);
        Text(json, "version", p.Version.Length == 0 ? null : p.Version);
        Text(json, "license", p.License);
        json.WriteNumber("files", p.Files.Length);
        json.WriteNumber("bytes", p.Bytes);
        Number(json, "compressed", p.Compressed);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, InspectedImage image)
    {
        json.WriteStartObject();
        json.WriteString("type", image.Format);
        json.WriteString("path", image.Path);
        Text(json, "digest", image.Digest?.ToString());
        Number(json, "size", image.Size);
        json.WriteStartObject("settings");
        foreach (var words in image.Settings.GroupBy(s => s.Word))
        {
            json.WriteStartArray(words.Key);
            foreach (var (_, value) in words)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartArray("layers");
        foreach (var layer in image.Layers)
        {
            json.WriteStartObject();
            json.WriteString("title", layer.Title);
            json.WriteNumber("bytes", layer.Bytes);
            Text(json, "diffId", layer.DiffId?.ToString());
            Number(json, "compressed", layer.Compressed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
