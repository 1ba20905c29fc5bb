using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Buildit.Core.Archives;

/// <summary>
/// Reads the dynamic section of little-endian ELF files ("System V ABI", chapters 4 and 5). The input may be hostile: whatever does not lie inside the file, or is
/// larger than any honest file has it, counts as not there; nothing is thrown for it.
/// </summary>
public sealed class ElfReader
{
    private const int LargestTable = 1 << 20;
    private const int LongestString = 4096;
    private const int MostEntries = 1 << 16;
    private readonly Stream _file;
    private readonly bool _is64;
    private readonly List<(uint Type, ulong Offset, ulong Address, ulong Size)> _segments = [];

    private ElfReader(Stream file, bool is64)
    {
        _file = file;
        _is64 = is64;
    }

    /// <summary>Reads a file that can seek; null if it is not a little-endian ELF file.</summary>
    public static ElfFile? TryRead(Stream file)
    {
        var header = new byte[64];
        var length = ReadAt(file, 0, header);
        var isElf = header.AsSpan().StartsWith("\u007fELF"u8) && header[4] is (1 or 2) && header[5] == 1;
        if (!isElf || length < (header[4] == 2 ? 64 : 52))
        {
            return null;
        }

        return new ElfReader(file, header[4] == 2).Read(header);
    }

    /// <inheritdoc cref="TryRead(Stream)"/>
    public static ElfFile? TryRead(byte[] file) => TryRead(new MemoryStream(file, writable: false));

    private ElfFile Read(ReadOnlySpan<byte> header)
    {
        ReadSegments(header);
        var type = BinaryPrimitives.ReadUInt16LittleEndian(header[16..]);
        var elf = new ElfFile
        {
            Is64Bit = _is64,
            Machine = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]),
            Type = type <= 4 ? (ElfType)type : ElfType.Other,
            Interpreter = _segments.Find(s => s.Type == 3) is { Type: 3 } interpreter ? ReadString(interpreter.Offset, interpreter.Size) : null,
        };
        return _segments.Find(s => s.Type == 2) is { Type: 2 } dynamic ? WithDynamic(elf, dynamic.Offset, dynamic.Size) : elf;
    }

    private void ReadSegments(ReadOnlySpan<byte> header)
    {
        var start = Word(header, _is64 ? 32 : 28);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(header[(_is64 ? 54 : 42)..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header[(_is64 ? 56 : 44)..]);
        var entry = new byte[_is64 ? 56 : 32];
        for (var i = 0; i < count && size >= entry.Length; i++)
        {
            // A sum that overflows is beyond the file's end, which ReadAt refuses.
            if (ReadAt(_file, unchecked(start + ((ulong)i * size)), entry) < entry.Length)
            {
                return;
            }

            var type = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            if (type is 1 or 2 or 3)
            {
                _segments.Add(_is64 ? (type, Word(entry, 8), Word(entry, 16), Word(entry, 32)) : (type, Word(entry, 4), Word(entry, 8), Word(entry, 16)));
            }
        }
    }

    private ElfFile WithDynamic(ElfFile elf, ulong offset, ulong size)
    {
        var table = new byte[Math.Min(size, LargestTable)];
        var length = ReadAt(_file, offset, table);
        var (word, entries) = (_is64 ? 8 : 4, new List<(ulong Tag, ulong Value)>());
        for (var at = 0; at + (2 * word) <= length && entries.Count < MostEntries; at += 2 * word)
        {
            var tag = Word(table, at);
            if (tag == 0)
            {
                break;
            }

            entries.Add((tag, Word(table, at + word)));
        }

        // 1 NEEDED, 5 STRTAB, 10 STRSZ, 14 SONAME, 15 RPATH, 29 RUNPATH: values are offsets in the string table, whose own place is a virtual address.
        if (FileOffset(Values(5).FirstOrDefault()) is not { } strings)
        {
            return elf;
        }

        var stringsSize = Values(10).FirstOrDefault();
        return elf with
        {
            Needed = [.. Values(1).Select(Text).OfType<string>()],
            Soname = Values(14).Select(Text).FirstOrDefault(),
            Rpath = Directories(15),
            Runpath = Directories(29),
        };

        IEnumerable<ulong> Values(ulong tag) => entries.Where(e => e.Tag == tag).Select(e => e.Value);

        string? Text(ulong at) => at < stringsSize ? ReadString(unchecked(strings + at), stringsSize - at) : null;

        ImmutableArray<string> Directories(ulong tag) => [.. Values(tag).Select(Text).OfType<string>().SelectMany(t => t.Split(':')).Where(d => d.Length > 0)];
    }

    private ulong? FileOffset(ulong address)
    {
        foreach (var segment in _segments.Where(s => s.Type == 1 && address >= s.Address && address - s.Address < s.Size))
        {
            return unchecked(segment.Offset + (address - segment.Address));
        }

        return null;
    }

    /// <summary>A string that ends with NUL before the limit; null if there is none.</summary>
    private string? ReadString(ulong offset, ulong limit)
    {
        var bytes = new byte[Math.Min(limit, LongestString)];
        var length = ReadAt(_file, offset, bytes);
        var end = bytes.AsSpan(0, length).IndexOf((byte)0);
        return end < 0 ? null : Encoding.UTF8.GetString(bytes, 0, end);
    }

    private ulong Word(ReadOnlySpan<byte> bytes, int at) =>
        _is64 ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    /// <summary>Reads as much as there is; nothing beyond the file's end.</summary>
    private static int ReadAt(Stream file, ulong offset, Span<byte> buffer)
    {
        if (offset >= (ulong)file.Length)
        {
            return 0;
        }

        file.Position = (long)offset;
        return file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
    }
}
