using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Locks;

/// <summary>
/// Reads what all locks are made of: deb822 stanzas, so that a change of one thing is a change of one stanza. They are written by us and
/// read strictly; whatever is wrong goes into the bag with its place.
/// </summary>
/// <param name="source">The file, with LF or CRLF.</param>
/// <param name="problems">Gets what is wrong.</param>
/// <param name="hint">Says who writes the file.</param>
internal sealed class LockStanzas(SourceText source, DiagnosticBag problems, string hint)
{
    private static readonly string[] ConflictMarks = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

    /// <summary>All stanzas; those before the first mistake, if there is one.</summary>
    internal List<Stanza> Read()
    {
        var stanzas = new List<Stanza>();
        if (ConflictLine() is > 0 and var conflict)
        {
            problems.Error(LineSpan(conflict), "a merge conflict is not resolved here", "take either side whole; " + hint);
            return stanzas;
        }

        using var text = new StringReader(source.Text);
        var reader = new ControlReader(text);
        try
        {
            while (reader.Read() is { } stanza)
            {
                stanzas.Add(stanza);
            }
        }
        catch (FormatException e)
        {
            problems.Error(LineSpan(reader.Line), e.Message, hint);
        }

        return stanzas;
    }

    /// <summary>Reports every field that is none of these.</summary>
    internal void RefuseUnknown(Stanza stanza, IReadOnlyCollection<string> known)
    {
        foreach (var field in stanza.Fields.Where(f => !known.Contains(f.Name, StringComparer.Ordinal)))
        {
            problems.Error(new(source, field.Line, 1, field.Name.Length), $"unknown field '{field.Name}'", Suggestion.Hint(field.Name, known) ?? hint);
        }
    }

    /// <summary>The value of a field that must be there and valid; empty with a mistake in the bag if it is not.</summary>
    internal string Need(Stanza stanza, string field, Func<string, bool> isValid)
    {
        if (stanza[field] is null)
        {
            problems.Error(new(source, stanza.Line, 1), $"the stanza has no '{field}'", hint);
            return "";
        }

        return May(stanza, field, isValid) ?? "";
    }

    /// <summary>The value of a field that may be there, and then must be valid; null with a mistake in the bag if it is not.</summary>
    internal string? May(Stanza stanza, string field, Func<string, bool> isValid)
    {
        if (stanza[field] is not { } value || isValid(value))
        {
            return stanza[field];
        }

        problems.Error(SpanOf(stanza, field), $"'{value}' is not a value for '{field}'", hint);
        return null;
    }

    /// <summary>Where a field's value stands.</summary>
    internal SourceSpan SpanOf(Stanza stanza, string name)
    {
        var field = stanza.Fields.First(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return new(source, field.Line, field.Name.Length + 3, Math.Max(1, field.Value.Length));
    }

    private SourceSpan LineSpan(int line) => new(source, line, 1, Math.Max(1, source.Line(line).Length));

    /// <summary>The first line that git wrote into the file, counted from 1; 0 if there is none.</summary>
    private int ConflictLine()
    {
        var number = 0;
        foreach (var line in source.Text.AsSpan().EnumerateLines())
        {
            number++;
            foreach (var mark in ConflictMarks)
            {
                if (line.StartsWith(mark, StringComparison.Ordinal))
                {
                    return number;
                }
            }
        }

        return 0;
    }
}
