using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Buildit.Core.Archives;

/// <summary>A section of an ELF file that takes room in it.</summary>
public sealed record ElfSection(string Name, long Offset, long Size);

/// <summary>
/// Reads the section table of 64-bit little-endian ELF files ("System V ABI", chapter 4, "Section Header Table"). The input may be hostile: what does not lie inside
/// the file counts as not there.
/// </summary>
public static class ElfSections
{
    private const int HeaderSize = 64;
    private const int EntrySize = 64;
    private const uint NoBits = 8;

    /// <summary>The sections in the order of the table; empty for anything that has none.</summary>
    public static ImmutableArray<ElfSection> Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderSize || !file.StartsWith("\u007fELF"u8) || file[4] != 2 || file[5] != 1)
        {
            return [];
        }

        var table = BinaryPrimitives.ReadUInt64LittleEndian(file[40..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(file[60..]);
        var names = BinaryPrimitives.ReadUInt16LittleEndian(file[62..]);
        if (table > (ulong)file.Length || (ulong)count * EntrySize > (ulong)file.Length - table || names >= count)
        {
            return [];
        }

        var entries = file.Slice((int)table, count * EntrySize);
        var strings = Content(file, entries.Slice(names * EntrySize, EntrySize));
        var sections = ImmutableArray.CreateBuilder<ElfSection>();
        for (var i = 0; i < count; i++)
        {
            var entry = entries.Slice(i * EntrySize, EntrySize);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) is not (0 or NoBits))
            {
                sections.Add(new(Name(strings, BinaryPrimitives.ReadUInt32LittleEndian(entry)), (long)Word(entry, 24), (long)Word(entry, 32)));
            }
        }

        return sections.ToImmutable();
    }

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> file, ReadOnlySpan<byte> entry)
    {
        var (offset, size) = (Word(entry, 24), Word(entry, 32));
        return offset <= (ulong)file.Length && size <= (ulong)file.Length - offset ? file.Slice((int)offset, (int)size) : [];
    }

    private static string Name(ReadOnlySpan<byte> strings, uint at)
    {
        if (at >= strings.Length)
        {
            return "";
        }

        var end = strings[(int)at..].IndexOf((byte)0);
        return end < 0 ? "" : Encoding.ASCII.GetString(strings.Slice((int)at, end));
    }

    private static ulong Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
