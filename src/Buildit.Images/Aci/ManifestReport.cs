using System.Text;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;

namespace Buildit.Images.Aci;

/// <summary>Takes down what is wrong with a manifest, at the place in the file where it is written.</summary>
internal sealed class ManifestReport(BlockText content, DiagnosticBag bag)
{
    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(content.Value);

    internal ReadOnlySpan<byte> Utf8 => _utf8;

    internal bool HasErrors { get; private set; }

    internal void Error(int offset, string message, string? hint = null)
    {
        HasErrors = true;
        bag.Error(At(offset), message, hint);
    }

    internal void Warning(int offset, string message, string? hint = null) => bag.Warning(At(offset), message, hint);

    private SourceSpan At(int offset)
    {
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
