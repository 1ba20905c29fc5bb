using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Yaml;

/// <summary>
/// Takes nodes as what is expected of them. A node of another kind is a mistake that goes into the bag; the caller gets null and goes on,
/// so that a person sees all mistakes of a file at once.
/// </summary>
/// <param name="bag">Gets the mistakes.</param>
/// <param name="fill">Fills templates in wherever a text is read; null: texts are as written.</param>
public sealed class ValueReader(DiagnosticBag bag, Func<YamlScalar, string>? fill = null)
{
    /// <summary>Gets the mistakes.</summary>
    public DiagnosticBag Bag { get; } = bag;

    /// <summary>A text; <paramref name="name"/> is the key or role that messages use.</summary>
    public Spanned<string>? Text(YamlNode node, string name)
    {
        if (node is YamlScalar { IsNothing: false } scalar)
        {
            return new(fill?.Invoke(scalar) ?? scalar.Value, scalar.Span);
        }

        Expected("text", node, name);
        return null;
    }

    /// <summary>A truth value: true, yes, on, false, no, off in any case of letters.</summary>
    public bool? Bool(YamlNode node, string name)
    {
        if (Text(node, name) is not { } text)
        {
            return null;
        }

        switch (text.Value.ToLowerInvariant())
        {
            case "true" or "yes" or "on":
                return true;
            case "false" or "no" or "off":
                return false;
            default:
                Bag.Error(text.Span, $"'{name}': expected true or false, got '{text.Value}'");
                return null;
        }
    }

    /// <summary>A whole number within bounds.</summary>
    public int? Number(YamlNode node, string name, int min, int max)
    {
        if (Text(node, name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        Bag.Error(text.Span, string.Create(CultureInfo.InvariantCulture, $"'{name}': expected a number from {min} to {max}, got '{text.Value}'"));
        return null;
    }

    /// <summary>A file mode in octal.</summary>
    public int? Mode(YamlNode node, string name)
    {
        if (Text(node, name) is not { } text)
        {
            return null;
        }

        if (FileMode.TryParse(text.Value, out var mode, out var hint))
        {
            return mode;
        }

        Bag.Error(text.Span, $"'{name}': '{text.Value}' is not an octal file mode", hint);
        return null;
    }

    /// <summary>A SHA-256 digest.</summary>
    public Digest? Sha256(YamlNode node, string name)
    {
        if (Text(node, name) is not { } text)
        {
            return null;
        }

        if (Digest.TryParse(text.Value, out var digest))
        {
            return digest;
        }

        var hint = text.Value.All(char.IsAsciiHexDigit)
            ? string.Create(CultureInfo.InvariantCulture, $"a SHA-256 has 64 hexadecimal digits, this one {text.Value.Length}")
            : "a SHA-256 has 64 hexadecimal digits, as `sha256sum` prints them";
        Bag.Error(text.Span, $"'{name}': not a SHA-256 digest", hint);
        return null;
    }

    /// <summary>A list's items; none if it is no list.</summary>
    public ImmutableArray<YamlNode> Items(YamlNode node, string name)
    {
        if (node is YamlList list)
        {
            return list.Items;
        }

        Expected("a list", node, name, node is YamlScalar { IsNothing: false } scalar ? $"write [{scalar.Value.Trim()}]" : null);
        return [];
    }

    /// <summary>A list of texts.</summary>
    public ImmutableArray<Spanned<string>> Texts(YamlNode node, string name) =>
        [.. Items(node, name).Select(item => Text(item, name)).OfType<Spanned<string>>()];

    /// <summary>A map's entries; none if it is no map.</summary>
    public ImmutableArray<YamlEntry> Entries(YamlNode node, string name)
    {
        if (node is YamlMap map)
        {
            return map.Entries;
        }

        Expected("a map", node, name);
        return [];
    }

    /// <summary>A map from texts to texts, in the order written.</summary>
    public ImmutableArray<KeyValuePair<Spanned<string>, string>> TextEntries(YamlNode node, string name) =>
        [.. from entry in Entries(node, name) let text = Text(entry.Value, entry.Key.Value) where text is not null select KeyValuePair.Create(entry.Key, text.Value.Value)];

    /// <summary>A map from texts to texts, sorted.</summary>
    public ImmutableSortedDictionary<string, string> TextMap(YamlNode node, string name) =>
        TextEntries(node, name).ToImmutableSortedDictionary(e => e.Key.Value, e => e.Value, StringComparer.Ordinal);

    /// <summary>A map to be read key by key; null if it is no map. <paramref name="what"/> says what it describes: "a source".</summary>
    public MapReader? Open(YamlNode node, string name, string what)
    {
        if (node is YamlMap map)
        {
            return new(map, what, this);
        }

        Expected("a map", node, name);
        return null;
    }

    /// <summary>Reports a node of the wrong kind.</summary>
    public void Expected(string kind, YamlNode node, string name, string? hint = null) =>
        Bag.Error(node.Span, $"'{name}': expected {kind}, got {node.Kind}", hint ?? (node.Kind == "nothing" ? $"give '{name}' a value, or leave it out" : null));
}
