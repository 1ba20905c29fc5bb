using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Store.Archives;
using Buildit.Store.Sources;
using Buildit.Store.Tests.Sources;
using Buildit.Testing;

namespace Buildit.Store.Tests.Archives;

/// <summary>Tar archives from anywhere are listed as they are, and nothing in them is believed.</summary>
public sealed class TarListingTests : IDisposable
{
    private readonly TemporaryDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Everything_that_an_archive_says_of_a_file_is_listed()
    {
        var tar = new TarMaker().Directory("./d/").File("d/f", "abc", mode: 0x9ED).Symlink("d/l", "/f").HardLink("d/h", "./d/f").Pax("uid", "70000").Pax("gid", "5").File("d/own", "");
        var listed = List(tar.Finish());
        Assert.Equal(["d", "d/f", "d/l", "d/h", "d/own"], listed.Select(f => f.Entry.Path));
        Assert.Equal(new TreeEntry("d/f", EntryKind.File) { Mode = 0x9ED, Uid = 0x29C, Gid = 0x29C, Size = 3, Content = Digest.Of("abc") }, listed[1].Entry with { Uid = 0x29C, Gid = 0x29C });
        Assert.Equal((1234, 1234), (listed[1].Entry.Uid, listed[1].Entry.Gid));
        Assert.Equal(("/f", "d/f"), (listed[2].Entry.Target, listed[3].Entry.Target));
        Assert.Equal((70000, 5, Digest.Of("")), (listed[4].Entry.Uid, listed[4].Entry.Gid, listed[4].Entry.Content));
    }

    [Fact]
    public void Texts_that_are_asked_for_and_what_ELF_files_say_come_along()
    {
        var elf = File.ReadAllBytes(Path.Combine(Repository.Root, "tests/Buildit.Core.Tests/Archives/elf/libtiny.so.1"));
        var listed = List(new TarMaker().File("manifest", "{}").Raw('0', "lib"u8.ToArray(), elf, []).File("almost", "\u007fELF").File("other", "{}").Finish());
        Assert.Equal("{}"u8.ToArray(), listed[0].Text);
        Assert.Equal("libtiny.so.1", listed[1].Elf!.Soname);
        Assert.Equal(Digest.Of(elf), listed[1].Entry.Content);
        Assert.Null(listed[2].Elf);
        Assert.Null(listed[3].Text);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch));
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { "device", "is a device node" },
        { "pipe", "is a named pipe" },
        { "up", "leads out of it" },
        { "absolute", "leads out of it" },
        { "link", "is a hard link to '../x', which leads out of it" },
        { "cut", "is truncated" },
        { "endless", "is truncated" },
        { "checksum", "wrong checksum" },
        { "many", "more than 5 entries" },
        { "large", "unpacks to more than" },
        { "manifest", "is larger than 16 MiB" },
        { "control", "entry '../a\u241Bb' leads out of it" },
        { "owner", "entry 'x' has an owner that is out of range" },
        { "group", "entry 'x' has an owner that is out of range" },
        { "old owner", "entry 'x' has an owner that is out of range" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void R45_what_no_honest_archive_holds_is_refused(string what, string said)
    {
        var tar = new TarMaker();
        byte[] bytes = what switch
        {
            "device" => tar.Entry('3', "null").Finish(),
            "pipe" => tar.Entry('6', "pipe").Finish(),
            "up" => tar.File("a/../../x").Finish(),
            "absolute" => tar.File("/etc/x").Finish(),
            "link" => tar.HardLink("x", "../x").Finish(),
            "cut" => tar.File("x").Finish()[..700],
            "endless" => tar.File("x").Open(),
            "checksum" => [.. tar.File("x").Finish().Select((b, i) => i == 0 ? (byte)'y' : b)],
            "many" => tar.File("1").File("2").File("3").File("4").File("5").File("6").Finish(),
            "large" => tar.Raw('0', "x"u8.ToArray(), new byte[40 << 20], []).Finish(),
            "manifest" => tar.Raw('0', "manifest"u8.ToArray(), new byte[(16 << 20) + 1], []).Finish(),
            "owner" => tar.Pax("uid", "-1").File("x").Finish(),
            "group" => tar.Pax("gid", "4294967294").File("x").Finish(),
            "old owner" => new TarMaker { Owner = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE] }.File("x").Finish(),
            _ => tar.File("../a\u001bb").Finish(),
        };
        var e = Assert.Throws<BuilditException>(() => List(bytes));
        Assert.Equal(ExitCode.InvalidInput, e.Code);
        Assert.StartsWith("image 'x' ", e.Message, StringComparison.Ordinal);
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch));
    }

    [Fact]
    public void A_spooled_archive_gives_its_files_in_any_order()
    {
        using (var tar = SpooledTar.Read(new MemoryStream(new TarMaker().File("a", "1").File("./b/c", "2").File("a", "3").Finish()), "image 'x'", _scratch, new(), CancellationToken.None))
        {
            Assert.Equal(["2", "3"], new[] { "b/c", "a" }.Select(p => new StreamReader(tar.Open(p)!).ReadToEnd()));
            Assert.Null(tar.Open("b"));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch));
    }

    [Fact]
    public void A_damaged_archive_is_not_spooled()
    {
        Assert.Throws<BuilditException>(() => SpooledTar.Read(new MemoryStream(new TarMaker().File("a").Open()), "image 'x'", _scratch, new(), CancellationToken.None));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch));
    }

    private IReadOnlyList<ListedFile> List(byte[] tar) =>
        new TarListing(_scratch, new SourceLimits { Bytes = 32 << 20, Entries = 5 }).Read(new MemoryStream(tar), "image 'x'", p => p == "manifest", CancellationToken.None);
}
