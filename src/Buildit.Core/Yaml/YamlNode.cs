using System.Collections.Immutable;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Yaml;

/// <summary>A node of a YAML file: a text, a list or a map, and where it is written.</summary>
public abstract class YamlNode
{
    private protected YamlNode(SourceSpan span) => Span = span;

    /// <summary>Where it begins; the length covers what a message should underline.</summary>
    public SourceSpan Span { get; }

    /// <summary>What it is, for messages: <c>text</c>, <c>a list</c>, <c>a map</c> or <c>nothing</c>.</summary>
    public abstract string Kind { get; }
}

/// <summary>A list.</summary>
public sealed class YamlList(ImmutableArray<YamlNode> items, SourceSpan span) : YamlNode(span)
{
    /// <summary>In the order written.</summary>
    public ImmutableArray<YamlNode> Items { get; } = items;

    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>A map whose keys are texts, each there once.</summary>
public sealed class YamlMap(ImmutableArray<YamlEntry> entries, SourceSpan span) : YamlNode(span)
{
    /// <summary>In the order written.</summary>
    public ImmutableArray<YamlEntry> Entries { get; } = entries;

    /// <inheritdoc/>
    public override string Kind => "a map";

    /// <summary>The entry with this key, or null.</summary>
    public YamlEntry? Find(string key) => Entries.FirstOrDefault(e => e.Key.Value == key);
}

/// <summary>A key and its value.</summary>
public sealed record YamlEntry(Spanned<string> Key, YamlNode Value);
