using System.Text;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;

namespace Buildit.Images.Aci;

/// <summary>
/// Takes down what is wrong with a manifest, at the place in the file where it is written: offsets from zero on are those of its text; negative ones stand for
/// places elsewhere in the file.
/// </summary>
/// <param name="content">The manifest's text; null if nobody wrote one.</param>
/// <param name="span">The place of what is written nowhere.</param>
/// <param name="bag">Gets what is wrong.</param>
internal sealed class ManifestReport(BlockText? content, SourceSpan span, DiagnosticBag bag)
{
    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(content?.Value ?? "");
    private readonly List<SourceSpan> _places = [];

    internal ReadOnlySpan<byte> Utf8 => _utf8;

    internal bool HasErrors { get; private set; }

    internal void Error(int offset, string message, string? hint = null)
    {
        HasErrors = true;
        bag.Error(At(offset), message, hint);
    }

    internal void Warning(int offset, string message, string? hint = null) => bag.Warning(At(offset), message, hint);

    /// <summary>The offset that stands for a place outside of the text.</summary>
    internal int Offset(SourceSpan place)
    {
        _places.Add(place);
        return -_places.Count;
    }

    /// <summary>The place that an offset stands for.</summary>
    internal SourceSpan At(int offset)
    {
        if (offset < 0 || content is null)
        {
            return offset < 0 ? _places[-offset - 1] : span;
        }

        var before = Encoding.UTF8.GetString(_utf8, 0, Math.Clamp(offset, 0, _utf8.Length));
        return content.At(before.Count(c => c == '\n') + 1, before.Length - before.LastIndexOf('\n'));
    }

    /// <summary>The byte offset of a place that the JSON reader names by line and byte.</summary>
    internal int Offset(long line, long bytes)
    {
        var offset = 0;
        for (; line > 0 && _utf8.AsSpan(offset).IndexOf((byte)'\n') is var end and >= 0; line--)
        {
            offset += end + 1;
        }

        return offset + (int)bytes;
    }
}
