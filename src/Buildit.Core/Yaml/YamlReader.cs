using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Buildit.Core.Yaml;

/// <summary>
/// Reads the part of YAML that people write by hand: one document of maps, lists and texts. Anchors, aliases, merge keys and tags are refused, since with them
/// a text no longer means what stands there.
/// </summary>
public sealed class YamlReader
{
    // The reader descends by recursion: deeper input is an attack or an accident, not a recipe.
    private const int MaxDepth = 64;
    private readonly SourceText _text;
    private readonly DiagnosticBag _bag;
    private readonly Parser _parser;
    private readonly Stack<SourceSpan> _openBrackets = [];
    private int _depth;

    private YamlReader(SourceText text, DiagnosticBag bag)
    {
        (_text, _bag) = (text, bag);
        _parser = new(new StringReader(text.Text));
    }

    /// <summary>The file's only document, or null if it has a syntax error or is empty, which the bag then says.</summary>
    /// <param name="text">The file.</param>
    /// <param name="bag">Gets the mistakes.</param>
    /// <param name="explain">May know more about a syntax error at a place than YAML does.</param>
    public static YamlNode? Read(SourceText text, DiagnosticBag bag, Func<SourceSpan, Diagnostic?>? explain = null)
    {
        if (text.NotUtf8 is { } place)
        {
            bag.Error(place, "this is not UTF-8 text", "save the file as UTF-8");
            return null;
        }

        if (YamlSyntax.ControlCharacter(text) is { } control)
        {
            bag.Add(control);
            return null;
        }

        var reader = new YamlReader(text, bag);
        try
        {
            return reader.ReadDocument();
        }
        // The parser trips over some unclosed brackets with an InvalidOperationException.
        catch (Exception e) when (e is YamlException or InvalidOperationException)
        {
            var diagnostic = YamlSyntax.Explain(text, e as YamlException, reader._openBrackets.TryPeek(out var open) ? open : null);
            diagnostic = explain?.Invoke(diagnostic.Span!.Value) ?? diagnostic;
            // An unquoted template was told already, before the parser stumbled over what follows it.
            if (!bag.Items.Contains(diagnostic))
            {
                bag.Add(diagnostic);
            }

            return null;
        }
    }

    private YamlNode? ReadDocument()
    {
        Next();
        if (Next() is StreamEnd)
        {
            _bag.Error(_text.At(0), "the file is empty");
            return null;
        }

        var root = ReadNode(Next());
        Next();
        if (Next() is DocumentStart second)
        {
            _bag.Error(Span(second), "a second YAML document in one file", "remove the '---' line: a file holds one document");
        }

        return root;
    }

    private ParsingEvent Next() => _parser.MoveNext() ? _parser.Current! : throw new InvalidOperationException("the YAML ended early");

    private YamlNode ReadNode(ParsingEvent e)
    {
        if (e is AnchorAlias)
        {
            _bag.Error(Span(e), "YAML aliases are not supported", "write the value out");
            return new YamlScalar("?", ScalarStyle.Plain, Span(e));
        }

        if (++_depth > MaxDepth)
        {
            throw new SemanticErrorException(e.Start, e.End, YamlSyntax.TooDeep);
        }

        YamlNode node = e switch
        {
            Scalar scalar => new YamlScalar(scalar.Value, scalar.Style, Span(scalar)),
            SequenceStart start => ReadList(start),
            MappingStart start when YamlSyntax.IsTemplate(Span(start)) => ReadTemplate(start),
            MappingStart start => ReadMap(start),
            // Some keys without a value reach us as the end of their map.
            _ => throw new SemanticErrorException(e.Start, e.End, "did not find expected node content"),
        };
        RefuseDecoration((NodeEvent)e);
        _depth--;
        return node;
    }

    private void RefuseDecoration(NodeEvent e)
    {
        if (!e.Anchor.IsEmpty)
        {
            _bag.Error(Span(e), "YAML anchors are not supported", $"remove '&{e.Anchor.Value}'");
        }

        if (!e.Tag.IsEmpty)
        {
            _bag.Error(Span(e), "YAML tags are not supported", "remove the '!': values are taken as written");
        }
    }

    private YamlList ReadList(SequenceStart start)
    {
        Open(start, start.Style == SequenceStyle.Flow);
        var items = ImmutableArray.CreateBuilder<YamlNode>();
        for (var e = Next(); e is not SequenceEnd; e = Next())
        {
            items.Add(ReadNode(e));
        }

        Close(start.Style == SequenceStyle.Flow);
        return new(items.ToImmutable(), Span(start));
    }

    private YamlMap ReadMap(MappingStart start)
    {
        var flow = start.Style == MappingStyle.Flow;
        Open(start, flow);
        var entries = new Dictionary<string, YamlEntry>(StringComparer.Ordinal);
        var inOrder = ImmutableArray.CreateBuilder<YamlEntry>();
        for (var e = Next(); e is not MappingEnd; e = Next())
        {
            var entry = ReadEntry(e);
            if (entry is not null && IsNew(entry, entries))
            {
                inOrder.Add(entry);
            }
        }

        Close(flow);
        // A block map begins where its first key does: that key is what there is to underline.
        return new(inOrder.ToImmutable(), !flow && inOrder.Count > 0 ? inOrder[0].Key.Span : Span(start));
    }

    // To YAML an unquoted {{ name }} is a map whose key is a map. Taken as the text that was meant, so that it is one mistake, not three.
    private YamlScalar ReadTemplate(MappingStart start)
    {
        var (e, open) = ((ParsingEvent)start, 0);
        do
        {
            open += e.NestingIncrease;
            e = open > 0 ? Next() : e;
        }
        while (open > 0);

        _bag.Add(YamlSyntax.UnquotedTemplate(Span(start)));
        return new(_text.Text[(int)start.Start.Index..(int)e.End.Index], ScalarStyle.Plain, Span(start));
    }

    private YamlEntry? ReadEntry(ParsingEvent e)
    {
        var key = ReadNode(e);
        var value = ReadNode(Next());
        if (key is YamlScalar { Value: not "<<" } text)
        {
            return new(new(text.Value, text.Span), value);
        }

        if (key is YamlScalar)
        {
            _bag.Error(key.Span, "YAML merge keys ('<<') are not supported", "write the entries out");
        }
        else
        {
            _bag.Error(key.Span, $"a key must be text, not {key.Kind}");
        }

        return null;
    }

    private bool IsNew(YamlEntry entry, Dictionary<string, YamlEntry> entries)
    {
        if (entries.TryAdd(entry.Key.Value, entry))
        {
            return true;
        }

        var first = entries[entry.Key.Value].Key.Span;
        _bag.Error(entry.Key.Span, FormattableString.Invariant($"key '{entry.Key.Value}' is there twice; first on line {first.Line}"), "keep one of the two");
        return false;
    }

    private void Open(ParsingEvent start, bool flow)
    {
        if (flow)
        {
            _openBrackets.Push(Span(start));
        }
    }

    private void Close(bool flow)
    {
        if (flow)
        {
            _openBrackets.Pop();
        }
    }

    private SourceSpan Span(ParsingEvent e) => YamlSyntax.Span(_text, e.Start, e.End);
}
