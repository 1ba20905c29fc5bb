using System.Text;

namespace Buildit.Store.Sources;

/// <summary>The 512 bytes before each entry of a tar archive (POSIX.1-1988 "ustar", with GNU's way to write large numbers).</summary>
internal readonly ref struct TarHeader(ReadOnlySpan<byte> block)
{
    public const int Size = 512;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _block = block;

    public char Type => (char)_block[156];

    public int Mode => (int)(Number(_block.Slice(100, 8)) & 0xFFF);

    /// <summary>-1 for one that is out of range, or no number.</summary>
    public int Uid => Id(_block.Slice(108, 8));

    /// <summary>As <see cref="Uid"/>.</summary>
    public int Gid => Id(_block.Slice(116, 8));

    public bool Executable => (Mode & 0x49) != 0;

    public long ContentSize => Number(_block.Slice(124, 12));

    public long Mtime => Number(_block.Slice(136, 12));

    public string LinkName => Text(UntilNul(_block.Slice(157, 100)));

    public string Name
    {
        get
        {
            var name = Text(UntilNul(_block[..100]));
            // Only POSIX's magic has a prefix there; GNU's ("ustar  ") has times in its place.
            var prefix = _block[257..].StartsWith("ustar\0"u8) ? Text(UntilNul(_block.Slice(345, 155))) : "";
            return prefix.Length > 0 ? prefix + "/" + name : name;
        }
    }

    /// <summary>Whether the checksum fits. Some old tars summed signed bytes.</summary>
    public static bool HasRightChecksum(ReadOnlySpan<byte> block)
    {
        long unsigned = 0, signed = 0;
        for (var i = 0; i < Size; i++)
        {
            var value = i is >= 148 and < 156 ? (byte)' ' : block[i];
            unsigned += value;
            signed += (sbyte)value;
        }

        return TryNumber(block.Slice(148, 8), out var written) && (written == unsigned || written == signed);
    }

    /// <summary>UTF-8; what is none is taken as Latin-1, since old archives have such names and no other guess is as good.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    private static int Id(ReadOnlySpan<byte> field) => TryNumber(field, out var id) && id is >= 0 and <= int.MaxValue ? (int)id : -1;

    private static ReadOnlySpan<byte> UntilNul(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is var i and >= 0 ? field[..i] : field;

    private static long Number(ReadOnlySpan<byte> field) => TryNumber(field, out var value) ? value : throw new InvalidDataException("a number in a tar header is not one");

    private static bool TryNumber(ReadOnlySpan<byte> field, out long value) => (field[0] & 0x80) != 0 ? TryBinary(field, out value) : TryOctal(field, out value);

    private static bool TryOctal(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        foreach (var digit in UntilNul(field).Trim((byte)' '))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }

            value = (value << 3) | (long)(digit - '0');
        }

        return true;
    }

    /// <summary>GNU: the first bit says so, the second is the sign, the rest a big-endian number.</summary>
    private static bool TryBinary(ReadOnlySpan<byte> field, out long value)
    {
        var negative = (field[0] & 0x40) != 0;
        value = negative ? -1 : 0;
        for (var i = 0; i < field.Length; i++)
        {
            var next = i > 0 ? field[i] : negative ? (byte)(field[0] | 0x80) : (byte)(field[0] & 0x7F);
            if (value is > long.MaxValue >> 8 or < long.MinValue >> 8)
            {
                return false;
            }

            value = (value << 8) | next;
        }

        return true;
    }
}
