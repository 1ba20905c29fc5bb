using System.Collections.Immutable;
using System.Text.Json;

namespace Buildit.Core.Differences;

/// <summary>A value of a JSON document that is not what it was, as JSON. One of the two is null if it was not there, or no longer is.</summary>
/// <param name="Path">Where: <c>config.Env[2]</c>; counted in the new document, or in the old one for what is gone.</param>
/// <param name="Old">Before.</param>
/// <param name="New">Now.</param>
public sealed record JsonChange(string Path, string? Old, string? New);

/// <summary>What differs between two JSON documents; layout and the order of keys are not looked at.</summary>
public static class JsonDiff
{
    /// <summary>All differences. Throws <see cref="JsonException"/> if one of the two is no JSON.</summary>
    public static ImmutableArray<JsonChange> Between(ReadOnlyMemory<byte> old, ReadOnlyMemory<byte> @new)
    {
        using var before = JsonDocument.Parse(old);
        using var now = JsonDocument.Parse(@new);
        return [.. Between("", before.RootElement, now.RootElement)];
    }

    private static IEnumerable<JsonChange> Between(string path, JsonElement old, JsonElement @new) => (old.ValueKind, @new.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) => Objects(path, old, @new),
        (JsonValueKind.Array, JsonValueKind.Array) => Arrays(path, old, @new),
        _ when JsonElement.DeepEquals(old, @new) => [],
        _ => [new(path, old.GetRawText(), @new.GetRawText())],
    };

    private static IEnumerable<JsonChange> Objects(string path, JsonElement old, JsonElement @new)
    {
        var (before, now) = (Members(old), Members(@new));
        foreach (var name in now.Keys.Union(before.Keys))
        {
            var inner = path.Length == 0 ? name : $"{path}.{name}";
            var changes = (before.TryGetValue(name, out var was), now.TryGetValue(name, out var value)) switch
            {
                (true, true) => Between(inner, was, value),
                (true, false) => [new(inner, was.GetRawText(), null)],
                _ => [new(inner, null, value.GetRawText())],
            };
            foreach (var change in changes)
            {
                yield return change;
            }
        }
    }

    // Of keys that are there twice the last one counts, as for most readers.
    private static Dictionary<string, JsonElement> Members(JsonElement element)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            members[property.Name] = property.Value;
        }

        return members;
    }

    private static IEnumerable<JsonChange> Arrays(string path, JsonElement old, JsonElement @new)
    {
        Item[] before = [.. old.EnumerateArray().Select(e => new Item(e))], now = [.. @new.EnumerateArray().Select(e => new Item(e))];
        foreach (var (i, j) in Alignment.Paired(Alignment.Of(before, now)))
        {
            var inner = FormattableString.Invariant($"{path}[{(j < 0 ? i : j)}]");
            var changes = i < 0 ? [new JsonChange(inner, null, now[j].Value.GetRawText())] : j < 0 ? [new(inner, before[i].Value.GetRawText(), null)] : Between(inner, before[i].Value, now[j].Value);
            foreach (var change in changes)
            {
                yield return change;
            }
        }
    }

    private readonly record struct Item(JsonElement Value) : IEquatable<Item>
    {
        public bool Equals(Item other) => JsonElement.DeepEquals(Value, other.Value);

        public override int GetHashCode() => (int)Value.ValueKind;
    }
}
