using System.Collections.Immutable;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Yaml;

/// <summary>Takes a map's values by key. Every key that is asked for is a known one; <see cref="Finish"/> reports the others.</summary>
/// <param name="map">The map.</param>
/// <param name="what">What it describes, for messages: "a recipe".</param>
/// <param name="values">Reads the values.</param>
public sealed class MapReader(YamlMap map, string what, ValueReader values)
{
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Where the map begins.</summary>
    public SourceSpan Span => map.Span;

    /// <summary>Reads the values.</summary>
    public ValueReader Values => values;

    /// <summary>Gets the mistakes.</summary>
    public DiagnosticBag Bag => values.Bag;

    /// <summary>Whether the key is there; this alone makes it known.</summary>
    public bool Has(string key) => Node(key) is not null;

    /// <summary>The value of a key, or null.</summary>
    public YamlNode? Node(string key)
    {
        _known.Add(key);
        return map.Find(key)?.Value;
    }

    /// <summary>Where a key stands; the map's place if it is not there.</summary>
    public SourceSpan KeySpan(string key) => map.Find(key)?.Key.Span ?? map.Span;

    /// <summary>The value of a key that must be there.</summary>
    public YamlNode? Required(string key)
    {
        var node = Node(key);
        if (node is null)
        {
            Bag.Error(map.Span, $"missing key '{key}' in {what}");
        }

        return node;
    }

    /// <summary>A text with its place.</summary>
    public Spanned<string>? SpannedText(string key) => Node(key) is { } node ? values.Text(node, key) : null;

    /// <summary>A text.</summary>
    public string? Text(string key) => SpannedText(key)?.Value;

    /// <summary>A text that must be there.</summary>
    public Spanned<string>? RequiredText(string key) => Required(key) is { } node ? values.Text(node, key) : null;

    /// <summary>A truth value.</summary>
    public bool Bool(string key, bool fallback) => Node(key) is { } node ? values.Bool(node, key) ?? fallback : fallback;

    /// <summary>A whole number within bounds.</summary>
    public int? Number(string key, int min, int max) => Node(key) is { } node ? values.Number(node, key, min, max) : null;

    /// <summary>A file mode.</summary>
    public int? Mode(string key) => Node(key) is { } node ? values.Mode(node, key) : null;

    /// <summary>A SHA-256 digest.</summary>
    public Digest? Sha256(string key) => Node(key) is { } node ? values.Sha256(node, key) : null;

    /// <summary>A list's nodes.</summary>
    public ImmutableArray<YamlNode> Items(string key) => Node(key) is { } node ? values.Items(node, key) : [];

    /// <summary>A list of texts with their places.</summary>
    public ImmutableArray<Spanned<string>> SpannedTexts(string key) => Node(key) is { } node ? values.Texts(node, key) : [];

    /// <summary>A list of texts.</summary>
    public ImmutableArray<string> Texts(string key) => [.. SpannedTexts(key).Select(t => t.Value)];

    /// <summary>A map's entries.</summary>
    public ImmutableArray<YamlEntry> Entries(string key) => Node(key) is { } node ? values.Entries(node, key) : [];

    /// <summary>A map from texts to texts, in the order written.</summary>
    public ImmutableArray<KeyValuePair<Spanned<string>, string>> TextEntries(string key) => Node(key) is { } node ? values.TextEntries(node, key) : [];

    /// <summary>A map from texts to texts, sorted.</summary>
    public ImmutableSortedDictionary<string, string> TextMap(string key) =>
        TextEntries(key).ToImmutableSortedDictionary(e => e.Key.Value, e => e.Value, StringComparer.Ordinal);

    /// <summary>One of a few words.</summary>
    public string? OneOf(string key, params ReadOnlySpan<string> words)
    {
        if (SpannedText(key) is not { } text)
        {
            return null;
        }

        if (words.Contains(text.Value))
        {
            return text.Value;
        }

        string[] list = [.. words];
        Bag.Error(text.Span, $"'{key}': expected {string.Join(" or ", list.Select(w => $"'{w}'"))}, got '{text.Value}'", Suggestion.Hint(text.Value, list));
        return null;
    }

    /// <summary>A map below this one, to be read key by key.</summary>
    public MapReader? Open(string key, string inner) => Node(key) is { } node ? values.Open(node, key, inner) : null;

    /// <summary>Reports every key that was never asked for.</summary>
    public void Finish()
    {
        foreach (var entry in map.Entries.Where(e => !_known.Contains(e.Key.Value)))
        {
            var known = $"known keys of {what}: {string.Join(", ", _known)}";
            var nearest = Suggestion.Hint(entry.Key.Value, _known);
            Bag.Add(new($"unknown key '{entry.Key.Value}'", entry.Key.Span, nearest ?? known) { Detail = nearest is null ? null : known });
        }
    }
}
