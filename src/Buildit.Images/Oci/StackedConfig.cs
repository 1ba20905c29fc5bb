using System.Text.Json;
using System.Text.Json.Nodes;
using Buildit.Core.Json;

namespace Buildit.Images.Oci;

/// <summary>
/// Image configurations of which one stands on another: what the upper one says goes before what the lower one says, and layers and history lie on top of each other. Both directions are pure
/// functions of the documents, so that an image can be taken off one base and put onto another.
/// </summary>
public static class StackedConfig
{
    private const string Settings = "config";
    private const string Path = "PATH=";
    private static readonly string[] Sets = ["ExposedPorts", "Volumes", "Labels"];

    // What a base wants done by whoever builds on it is over when that is done.
    private static readonly string[] NotInherited = ["OnBuild"];

    /// <summary>A configuration put on another one.</summary>
    /// <param name="lower">Of the base.</param>
    /// <param name="upper">Of what lies on it: its layers alone.</param>
    public static byte[] Over(ReadOnlyMemory<byte> lower, ReadOnlyMemory<byte> upper)
    {
        var (below, above) = (Parse(lower), Parse(upper));
        var result = above.DeepClone().AsObject();
        result[Settings] = Inherited(Object(below, Settings), Object(above, Settings));
        if (below["variant"] is { } variant && result["variant"] is null)
        {
            result["variant"] = variant.DeepClone();
        }

        result["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = Joined(DiffIds(below), DiffIds(above)) };
        result["history"] = Joined(History(below), History(above));
        return Print(result);
    }

    /// <summary>What lies on a base alone: <see cref="Over"/> of the base and this is the image again. Settings that are the same in both count as the base's.</summary>
    /// <param name="image">Of the image.</param>
    /// <param name="lower">Of the base that it stands on.</param>
    public static byte[] Without(ReadOnlyMemory<byte> image, ReadOnlyMemory<byte> lower)
    {
        var (whole, below) = (Parse(image), Parse(lower));
        var result = whole.DeepClone().AsObject();
        result[Settings] = Own(Object(whole, Settings), Object(below, Settings));
        result["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = Joined(DiffIds(whole).Skip(DiffIds(below).Count()), []) };
        result["history"] = Joined(History(whole).Skip(History(below).Count()), []);
        return Print(result);
    }

    private static JsonObject Inherited(JsonObject lower, JsonObject upper)
    {
        var result = new JsonObject();
        foreach (var key in upper.Select(m => m.Key).Union(lower.Select(m => m.Key)).Except(NotInherited))
        {
            var (below, above) = (lower[key], upper[key]);
            result[key] = key == "Env" ? Environment(Texts(below), Texts(above))
                : Sets.Contains(key) ? United(below as JsonObject ?? [], above as JsonObject ?? [])
                : (above ?? (key == "Cmd" && upper["Entrypoint"] is not null ? null : below))?.DeepClone();
        }

        foreach (var nothing in result.Where(m => m.Value is null).Select(m => m.Key).ToArray())
        {
            result.Remove(nothing);
        }

        return result;
    }

    private static JsonObject Own(JsonObject image, JsonObject lower)
    {
        var result = new JsonObject();
        // An own entry point without a command hides the base's command.
        var hidesCommand = image["Cmd"] is null && lower["Cmd"] is not null;
        foreach (var (key, value) in image)
        {
            var isOwn = !JsonNode.DeepEquals(value, lower[key]) || (key == "Entrypoint" && hidesCommand);
            JsonNode? own = key == "Env" ? OwnEnvironment(Texts(value), Texts(lower[key]))
                : Sets.Contains(key) ? new JsonObject((value as JsonObject ?? []).Where(m => !JsonNode.DeepEquals(m.Value, (lower[key] as JsonObject)?[m.Key]) || (lower[key] as JsonObject)?.ContainsKey(m.Key) != true).Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())))
                : isOwn ? value?.DeepClone() : null;
            if (own is not null and not JsonObject { Count: 0 })
            {
                result[key] = own;
            }
        }

        return result;
    }

    /// <summary>The base's variables at their places, then further ones. A search path that is only the usual one gives way to the base's.</summary>
    private static JsonArray Environment(string[] lower, string[] upper)
    {
        var byName = upper.Where(e => e != OciConfig.DefaultPath || !lower.Any(l => l.StartsWith(Path, StringComparison.Ordinal))).ToDictionary(NameOf, StringComparer.Ordinal);
        var kept = lower.Select(e => byName.GetValueOrDefault(NameOf(e), e)).ToArray();
        return [.. kept.Concat(byName.Values.Where(e => !kept.Contains(e))).Select(e => (JsonNode)e)];
    }

    private static JsonArray OwnEnvironment(string[] image, string[] lower)
    {
        var own = image.Where(e => !lower.Contains(e)).ToArray();
        return [.. (own.Any(e => e.StartsWith(Path, StringComparison.Ordinal)) ? own : own.Prepend(OciConfig.DefaultPath)).Select(e => (JsonNode)e)];
    }

    private static string NameOf(string variable) => variable.Split('=')[0];

    private static JsonObject United(JsonObject lower, JsonObject upper) =>
        new(lower.Where(m => !upper.ContainsKey(m.Key)).Concat(upper).OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));

    /// <summary>What made the layers; of a configuration that does not say it, that they are there.</summary>
    private static IEnumerable<JsonNode> History(JsonObject config)
    {
        var layers = DiffIds(config).Count();
        var history = (config["history"] as JsonArray ?? []).OfType<JsonObject>().ToArray();
        return history.Count(h => h["empty_layer"]?.GetValue<bool>() != true) == layers
            ? history
            : Enumerable.Range(0, layers).Select(_ => new JsonObject { ["created_by"] = "base image" });
    }

    private static IEnumerable<JsonNode> DiffIds(JsonObject config) => ((config["rootfs"] as JsonObject)?["diff_ids"] as JsonArray ?? []).OfType<JsonNode>();

    private static JsonArray Joined(IEnumerable<JsonNode> first, IEnumerable<JsonNode> second) => [.. first.Concat(second).Select(n => n.DeepClone())];

    private static string[] Texts(JsonNode? array) => [.. (array as JsonArray ?? []).OfType<JsonValue>().Select(v => v.GetValue<string>())];

    private static JsonObject Object(JsonObject parent, string name) => parent[name] as JsonObject ?? [];

    private static JsonObject Parse(ReadOnlyMemory<byte> json) => JsonNode.Parse(json.Span) as JsonObject ?? throw new JsonException("the configuration is no object");

    private static byte[] Print(JsonObject document) => JsonDocuments.Write(json =>
    {
        foreach (var (name, value) in document)
        {
            json.WritePropertyName(name);
            if (value is null)
            {
                json.WriteNullValue();
            }
            else
            {
                value.WriteTo(json);
            }
        }
    });
}
