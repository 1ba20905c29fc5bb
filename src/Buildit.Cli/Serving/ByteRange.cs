using System.Globalization;

namespace Buildit.Cli.Serving;

/// <summary>A part of a file.</summary>
internal readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>
    /// The part that a <c>Range</c> header asks for (RFC 9110, 14.2). All of the file if there is none, or one that is not understood or has several parts, as the RFC permits; null if it is beyond the file.
    /// </summary>
    public static ByteRange? Of(string? header, long size)
    {
        var all = new ByteRange(0, size);
        if (header is null || !header.StartsWith("bytes=", StringComparison.Ordinal) || header["bytes=".Length..].Split('-') is not [var first, var last])
        {
            return all;
        }

        if (first.Length == 0)
        {
            return !TryNumber(last, out var suffix) ? all : suffix == 0 || size == 0 ? null : new(size - Math.Min(suffix, size), Math.Min(suffix, size));
        }

        var end = size - 1;
        if (!TryNumber(first, out var begin) || (last.Length > 0 && (!TryNumber(last, out end) || end < begin)))
        {
            return all;
        }

        return begin >= size ? null : new(begin, Math.Min(end, size - 1) - begin + 1);
    }

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
