using System.Buffers.Binary;
using System.Text;
using Buildit.Core.Archives;

namespace Buildit.Core.Tests.Archives;

public class ElfSectionsTests
{
    [Fact]
    public void Sections_are_named_with_their_places()
    {
        var file = TwoSections();
        Assert.Equal<ElfSection>([new ElfSection(".text", 64, 8), new ElfSection(".names", 72, 14)], ElfSections.Read(file));
    }

    [Fact]
    public void What_is_no_elf_file_has_none()
    {
        Assert.Empty(ElfSections.Read("#!/bin/sh\n"u8));
        Assert.Empty(ElfSections.Read([]));
    }

    /// <summary>Every byte of the headers may be anything: nothing is thrown.</summary>
    [Fact]
    public void Damage_anywhere_is_survived()
    {
        for (var at = 0; at < TwoSections().Length; at++)
        {
            foreach (var value in new byte[] { 0, 1, 0x7F, 0xFF })
            {
                var file = TwoSections();
                file[at] = value;
                _ = ElfSections.Read(file);
                _ = ElfSections.Read(file.AsSpan(0, at));
            }
        }
    }

    /// <summary>A header, 8 bytes of .text, the names, and the table.</summary>
    private static byte[] TwoSections()
    {
        var names = Encoding.ASCII.GetBytes("\0.text\0.names\0");
        var file = new byte[64 + 8 + names.Length + 2 + (3 * 64)];
        "\u007fELF"u8.CopyTo(file);
        (file[4], file[5]) = (2, 1);
        var table = 64 + 8 + names.Length + 2;
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(40), (ulong)table);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(60), 3);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(62), 2);
        names.CopyTo(file, 72);
        Section(file.AsSpan(table + 64), 1, 1, 64, 8);
        Section(file.AsSpan(table + 128), 7, 3, 72, (ulong)names.Length);
        return file;
    }

    private static void Section(Span<byte> entry, uint name, uint type, ulong offset, ulong size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry, name);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], type);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[24..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], size);
    }
}
