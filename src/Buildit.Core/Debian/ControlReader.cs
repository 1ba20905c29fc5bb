using System.Collections.Frozen;
using System.Text;

namespace Buildit.Core.Debian;

/// <summary>One field of a stanza and the line (from 1) that it starts on. Lines of a folded value are joined by '\n', without their indentation.</summary>
public readonly record struct ControlField(string Name, string Value, int Line);

/// <summary>A paragraph of a control file.</summary>
public sealed record Stanza(IReadOnlyList<ControlField> Fields)
{
    /// <summary>The line that it starts on.</summary>
    public int Line => Fields[0].Line;

    /// <summary>The value of a field, in whatever case its name is written, or null.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var field in Fields)
            {
                if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return field.Value;
                }
            }

            return null;
        }
    }
}

/// <summary>
/// Reads Debian control data (deb822: stanzas of "Name: value" fields with indented continuation lines and '#' comments) one stanza at a time.
/// A Packages index has 1.7 million lines, most of them of no interest: only the wanted fields become strings.
/// </summary>
/// <param name="text">Where the lines come from; LF or CRLF.</param>
/// <param name="wanted">Names of the fields to keep; null = all.</param>
public sealed class ControlReader(TextReader text, IEnumerable<string>? wanted = null)
{
    private readonly FrozenDictionary<string, string>? _wanted = wanted?.ToFrozenDictionary(name => name, StringComparer.OrdinalIgnoreCase);
    private readonly StringBuilder _folded = new();
    private char[] _buffer = new char[1 << 16];
    private int _start;
    private int _end;

    /// <summary>Number of the line that was read last, from 1: where the mistake is when <see cref="FormatException"/> was thrown.</summary>
    public int Line { get; private set; }

    /// <summary>The next stanza with at least one wanted field, or null at the end.</summary>
    public Stanza? Read()
    {
        var fields = new List<ControlField>(12);
        var keep = false;
        while (TryReadLine(out var line))
        {
            if (line.IsWhiteSpace())
            {
                Flush(fields);
                if (fields.Count > 0)
                {
                    return new(fields);
                }

                keep = false;
            }
            else if (line[0] is ' ' or '\t')
            {
                Continue(fields, line, keep);
            }
            else if (line[0] != '#')
            {
                Flush(fields);
                keep = Begin(fields, line);
            }
        }

        Flush(fields);
        return fields.Count > 0 ? new(fields) : null;
    }

    private bool Begin(List<ControlField> fields, ReadOnlySpan<char> line)
    {
        var colon = line.IndexOf(':');
        if (colon <= 0)
        {
            throw new FormatException($"'{line}' is not a field");
        }

        if (NameOf(line[..colon]) is not { } name)
        {
            return false;
        }

        if (fields.Exists(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new FormatException($"'{name}' is there twice in one stanza");
        }

        fields.Add(new(name, line[(colon + 1)..].Trim().ToString(), Line));
        return true;
    }

    private string? NameOf(ReadOnlySpan<char> written) =>
        _wanted is null ? written.ToString() : _wanted.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(written, out var name) ? name : null;

    private void Continue(List<ControlField> fields, ReadOnlySpan<char> line, bool keep)
    {
        if (keep)
        {
            _folded.Append('\n').Append(line.Trim());
        }
        else if (fields.Count == 0 && _wanted is null)
        {
            throw new FormatException("an indented line continues nothing");
        }
    }

    private void Flush(List<ControlField> fields)
    {
        if (_folded.Length > 0)
        {
            var last = fields[^1];
            fields[^1] = last with { Value = last.Value + _folded };
            _folded.Clear();
        }
    }

    private bool TryReadLine(out ReadOnlySpan<char> line)
    {
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf('\n');
            if (found >= 0)
            {
                line = _buffer.AsSpan(_start, searched + found).TrimEnd('\r');
                _start += searched + found + 1;
                Line++;
                return true;
            }

            searched = _end - _start;
            if (!Fill())
            {
                line = _buffer.AsSpan(_start, _end - _start).TrimEnd('\r');
                _start = _end;
                Line += line.IsEmpty ? 0 : 1;
                return !line.IsEmpty;
            }
        }
    }

    private bool Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = text.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
