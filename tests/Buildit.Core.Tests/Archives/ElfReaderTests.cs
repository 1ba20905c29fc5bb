using Buildit.Core.Archives;

namespace Buildit.Core.Tests.Archives;

public class ElfReaderTests
{
    [Fact]
    public void A_program_names_its_loader_and_libraries()
    {
        var elf = Read("program");
        Assert.Equal((true, 62, ElfType.Shared), (elf.Is64Bit, elf.Machine, elf.Type));
        Assert.Equal("/lib64/ld-linux-x86-64.so.2", elf.Interpreter);
        Assert.Equal<string>(["libtiny.so.1", "libdep.so.2"], elf.Needed);
        Assert.Equal<string>(["/opt/lib"], elf.Rpath);
        Assert.Empty(elf.Runpath);
    }

    [Fact]
    public void A_library_names_itself_and_where_to_look()
    {
        var elf = Read("libtiny.so.1");
        Assert.Equal("libtiny.so.1", elf.Soname);
        Assert.Equal<string>(["libdep.so.2"], elf.Needed);
        Assert.Equal<string>(["$ORIGIN/private", "/opt/lib"], elf.Runpath);
        Assert.Null(elf.Interpreter);
    }

    [Fact]
    public void A_32_bit_library_is_read_too()
    {
        var elf = Read("lib32.so");
        Assert.Equal((false, 3, "lib32.so.1"), (elf.Is64Bit, elf.Machine, elf.Soname));
    }

    [Theory]
    [InlineData("static", ElfType.Executable)]
    [InlineData("object.o", ElfType.Relocatable)]
    public void A_static_program_or_object_needs_nothing(string name, ElfType type)
    {
        var elf = Read(name);
        Assert.Equal(type, elf.Type);
        Assert.Null(elf.Interpreter);
        Assert.Empty(elf.Needed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("#!/bin/sh\n")]
    [InlineData("\u007fELF")]
    public void Anything_else_is_no_elf_file(string text) => Assert.Null(ElfReader.TryRead(System.Text.Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("program")]
    [InlineData("libtiny.so.1")]
    [InlineData("lib32.so")]
    public void A_file_cut_anywhere_does_no_harm(string name)
    {
        var whole = Bytes(name);
        for (var length = 0; length < whole.Length; length += 7)
        {
            ElfReader.TryRead(whole[..length]);
        }
    }

    [Theory]
    [InlineData("program")]
    [InlineData("libtiny.so.1")]
    [InlineData("lib32.so")]
    public void A_file_with_any_byte_changed_does_no_harm(string name)
    {
        var bytes = Bytes(name);
        for (var i = 4; i < bytes.Length; i++)
        {
            var old = bytes[i];
            foreach (var value in new byte[] { 0, 0x7F, 0xFF })
            {
                bytes[i] = value;
                ElfReader.TryRead(bytes);
            }

            bytes[i] = old;
        }
    }

    [Fact]
    public void Nonsense_behind_a_header_does_no_harm()
    {
        var random = new Random(1);
        var header = Bytes("program")[..20];
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[512];
            random.NextBytes(bytes);
            header.CopyTo(bytes, 0);
            ElfReader.TryRead(bytes);
        }
    }

    private static ElfFile Read(string name) => ElfReader.TryRead(Bytes(name))!;

    private static byte[] Bytes(string name)
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "global.json")))
        {
            directory = Path.GetDirectoryName(directory)!;
        }

        return File.ReadAllBytes(Path.Combine(directory, "tests", "Buildit.Core.Tests", "Archives", "elf", name));
    }
}
