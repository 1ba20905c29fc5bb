using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Buildit.Images.Aci;

/// <summary>What a JSON value is.</summary>
internal enum JsonKind
{
    Object,
    Array,
    Text,
    Number,
    Boolean,
    Null,
}

/// <summary>A JSON value that knows where it stands (byte offset in the UTF-8 text), and whose members keep their order.</summary>
internal sealed record JsonItem(JsonKind Kind, int Offset)
{
    /// <summary>A text's characters; a number or boolean as written.</summary>
    internal string Value { get; init; } = "";

    internal ImmutableArray<JsonMember> Members { get; init; } = [];

    internal ImmutableArray<JsonItem> Items { get; init; } = [];

    internal static JsonItem Text(string value, int offset = 0) => new(JsonKind.Text, offset) { Value = value };

    /// <summary>The same at one place, with all that is in it.</summary>
    internal JsonItem At(int offset) => new(Kind, offset) { Value = Value, Members = [.. Members.Select(m => new JsonMember(m.Name, offset, m.Value.At(offset)))], Items = [.. Items.Select(i => i.At(offset))] };

    internal JsonItem? Member(string name) => Members.FirstOrDefault(m => m.Name == name)?.Value;

    /// <summary>Reads one JSON value and nothing after it; throws <see cref="JsonException"/>, or <see cref="InvalidOperationException"/> for text that is not Unicode.</summary>
    internal static JsonItem Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Disallow });
        reader.Read();
        var item = Read(ref reader);
        reader.Read();
        return item;
    }

    private static JsonItem Read(ref Utf8JsonReader reader)
    {
        var offset = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = ImmutableArray.CreateBuilder<JsonMember>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var (name, at) = (reader.GetString()!, (int)reader.TokenStartIndex);
                    reader.Read();
                    members.Add(new(name, at, Read(ref reader)));
                }

                return new(JsonKind.Object, offset) { Members = members.ToImmutable() };
            case JsonTokenType.StartArray:
                var items = ImmutableArray.CreateBuilder<JsonItem>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Read(ref reader));
                }

                return new(JsonKind.Array, offset) { Items = items.ToImmutable() };
            case JsonTokenType.String:
                return Text(reader.GetString()!, offset);
            case JsonTokenType.Number:
                return new(JsonKind.Number, offset) { Value = Encoding.ASCII.GetString(reader.ValueSpan) };
            case JsonTokenType.Null:
                return new(JsonKind.Null, offset);
            default:
                return new(JsonKind.Boolean, offset) { Value = reader.TokenType == JsonTokenType.True ? "true" : "false" };
        }
    }

    /// <summary>The value as compact JSON, members in their order.</summary>
    internal byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private void Write(Utf8JsonWriter writer)
    {
        switch (Kind)
        {
            case JsonKind.Object:
                writer.WriteStartObject();
                foreach (var member in Members)
                {
                    writer.WritePropertyName(member.Name);
                    member.Value.Write(writer);
                }

                writer.WriteEndObject();
                break;
            case JsonKind.Array:
                writer.WriteStartArray();
                foreach (var item in Items)
                {
                    item.Write(writer);
                }

                writer.WriteEndArray();
                break;
            case JsonKind.Text:
                writer.WriteStringValue(Value);
                break;
            case JsonKind.Null:
                writer.WriteNullValue();
                break;
            default:
                writer.WriteRawValue(Value);
                break;
        }
    }
}

/// <summary>A member of a JSON object; <paramref name="Offset"/> is its name's.</summary>
internal sealed record JsonMember(string Name, int Offset, JsonItem Value);
