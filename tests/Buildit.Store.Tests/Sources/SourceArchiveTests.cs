using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store.Compression;
using Buildit.Store.Sources;
using Buildit.Store.Tests.Compression;
using ICSharpCode.SharpZipLib.BZip2;

namespace Buildit.Store.Tests.Sources;

public sealed class SourceArchiveTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    // The tar of the first test, as xz(1) packs it: there is no compressor for xz at hand.
    private const string TarInXz =
        "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4BH/AJJdADobymMkBJSzSsi80gBLjRboxztOiuWgo2OPyMiYbAv7rXE/nAm3BrKlZ0l+/XUSZ3qXFAkVzHVsoRHFKKyMjHatYeuFflxk03jUc4Btj8wsunhgtz+NK0PC3euK8cCgh/0hnOehieqq43CFPfbGKl9E6W5qJDbkpVBoswz4dtwDHQQuO0MkiG4m8woGOSE6UTFvAAAAYgYe8DthFuwAAa4BgCQAAPTVPg+xxGf7AgAAAAAEWVo=";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void One_tree_gives_one_tar_whatever_it_is_packed_with()
    {
        var tar = new TarMaker().Directory("top/").File("top/a").File("top/run.sh", mode: 0x1FF).Directory("top/d").Symlink("top/d/link", "../a").Finish();
        var plain = Pack(tar);
        Assert.Equal(
            """
            f 644 1000000000 a 8
            d 755 1000000000 d/ 0
            l 777 1000000000 d/link 0 -> ../a
            f 755 1000000000 run.sh 8
            """.Split('\n'), List(plain));
        Assert.Equal(plain, Pack(Compress(tar, s => new GZipStream(s, CompressionLevel.Fastest))));
        Assert.Equal(plain, Pack(Compress(tar, s => new BZip2OutputStream(s))));
        Assert.Equal(plain, Pack(Convert.FromBase64String(TarInXz)));
        Assert.Equal(plain, Pack(ZstdTests.Stored(tar)));
        Assert.Equal(plain, Pack(Zip(("top/", "", 0x41ED), ("top/a", "content\n", 0x81A4), ("top/run.sh", "content\n", 0x81ED), ("top/d/", "", 0x41ED), ("top/d/link", "../a", 0xA1FF))));
    }

    [Fact]
    public void The_tar_of_a_tar_is_itself()
    {
        var once = Pack(new TarMaker().File("a").File("b/c").HardLink("b/d", "a").Finish());
        Assert.Equal(once, Pack(once));
    }

    [Fact]
    public void The_order_of_entries_and_who_packed_them_do_not_matter()
    {
        var one = Pack(new TarMaker().File("./x/b").Directory("./x/").File("./x/a/c").Directory("x/a").Finish());
        var other = Pack(new TarMaker().Directory("x").Directory("x/a").Pax("uname", "me").File("x//a/c").File("x/b", mode: 0x1B4).Finish());
        Assert.Equal(one, other);
    }

    [Fact]
    public void An_owner_that_no_machine_has_is_no_matter_since_nothing_is_kept_of_it()
    {
        var plain = Pack(new TarMaker().File("a").Finish());
        byte[] nobody = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE], large = [0x80, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF];
        Assert.Equal(plain, Pack(new TarMaker { Owner = nobody }.File("a").Finish()));
        Assert.Equal(plain, Pack(new TarMaker { Owner = large }.File("a").Finish()));
        Assert.Equal(plain, Pack(new TarMaker { Owner = "nobody\0"u8.ToArray() }.File("a").Finish()));
        Assert.Equal(plain, Pack(new TarMaker().Pax("uid", "4294967294").Pax("gid", "-2").File("a").Finish()));
    }

    [Fact]
    public void The_digest_and_the_size_are_those_of_the_bytes_and_the_date_is_the_newest()
    {
        using var output = new MemoryStream();
        var path = _directory.Write("x.tar", new TarMaker().File("a/b", mtime: 5).File("a/c", mtime: 70).Finish());
        var result = Archive().FromFile(new(path, "x.tar"), output, default);
        Assert.Equal(new SourceTar(Digest.Of(output.ToArray()), output.Length, 70), result);
    }

    [Fact]
    public void A_date_that_no_header_can_hold_is_brought_into_range()
    {
        var tar = Pack(new TarMaker().Pax("mtime", "-5.5").File("t/a").Pax("mtime", "99999999999999").File("t/b").Pax("mtime", "12.9").File("t/c").Finish());
        Assert.Equal([0, 8589934591, 12], Read(tar).Select(e => e.ModificationTime.ToUnixTimeSeconds()));
    }

    [Theory]
    [InlineData(null, "a", "d/", "d/b")]
    [InlineData(0, "t/", "t/a", "t/d/", "t/d/b")]
    [InlineData(1, "a", "d/", "d/b")]
    [InlineData(2, "b")]
    public void Leading_directories_are_dropped(int? strip, params string[] expected) =>
        Assert.Equal(expected, Read(Pack(new TarMaker().File("t/a").File("t/d/b").Finish(), strip)).Select(e => e.Name));

    [Fact]
    public void Nothing_is_dropped_where_there_are_several_tops_or_the_top_is_a_file()
    {
        Assert.Equal(["a/", "a/x", "b"], Read(Pack(new TarMaker().File("a/x").File("b").Finish())).Select(e => e.Name));
        Assert.Equal(["a"], Read(Pack(new TarMaker().File("a").Finish())).Select(e => e.Name));
    }

    [Fact]
    public void An_archive_of_which_nothing_is_left_is_refused()
    {
        Assert.Contains("nothing is left", Refused(new TarMaker().File("a/b").Finish(), strip: 2), StringComparison.Ordinal);
        Assert.Contains("nothing is left", Refused(new TarMaker().Directory("./").Finish()), StringComparison.Ordinal);
    }

    [Fact]
    public void Long_and_foreign_names_are_kept_however_they_are_written()
    {
        var name = "t/" + string.Concat(Enumerable.Repeat("directory/", 20)) + "ünï-文.txt";
        var pax = Pack(new TarMaker().Pax("comment", "all", 'g').Pax("path", name).File("short").Pax("linkpath", name).HardLink("t/z", "short").Finish());
        var gnu = Pack(new TarMaker().Entry('L', "././@LongLink", name + "\0", magic: "ustar  \0").File("short").Entry('K', "././@LongLink", name + "\0").HardLink("t/z", "short").Finish());
        Assert.Equal(name[2..], Read(pax).Single(e => e.EntryType == TarEntryType.RegularFile).Name);
        Assert.Equal(name[2..], Read(pax).Single(e => e.Name == "z").LinkName);
        Assert.Equal(pax, gnu);
    }

    [Fact]
    public void A_name_that_is_not_utf8_is_read_as_latin1()
    {
        var tar = new TarMaker().Raw('0', [(byte)'f', 0xFC, (byte)'r'], [], []).File("x").Finish();
        Assert.Equal(["für", "x"], Read(Pack(tar)).Select(e => e.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Old_archives_without_a_magic_are_read()
    {
        var tar = new TarMaker().Entry('\0', "t/d/", magic: "", mode: 0x1ED).Entry('\0', "t/d/a", "x", magic: "").Finish();
        Assert.Equal(["d/", "d/a"], Read(Pack(tar)).Select(e => e.Name));
    }

    [Fact]
    public void Of_two_files_with_one_name_the_later_stays_and_a_link_keeps_what_it_meant()
    {
        var tar = Pack(new TarMaker().File("x/f", "old").HardLink("x/l", "x/f").File("x/f", "new").Finish());
        Assert.Equal(["new", "old"], Read(tar).Select(Text));
    }

    [Fact]
    public void The_first_name_in_order_carries_the_content_of_hard_links()
    {
        var tar = Pack(new TarMaker().File("x/z", "data", mode: 0x1ED).HardLink("x/m", "x/z").HardLink("x/a", "x/m").Finish());
        Assert.Equal(["f 755 1000000000 a 4", "h 755 1000000000 m 0 -> a", "h 755 1000000000 z 0 -> a"], List(tar));
    }

    [Fact]
    public void Hard_links_to_symbolic_links_become_such()
    {
        var tar = Pack(new TarMaker().Symlink("x/l", "f").HardLink("x/m", "x/l").File("x/f").Finish());
        Assert.Equal("f", Read(tar).Single(e => e.Name == "m").LinkName);
    }

    [Fact]
    public void A_plain_file_stands_in_the_tar_as_it_is()
    {
        Assert.Equal(["f 644 315532800 source.c 5"], List(Pack("int x"u8.ToArray(), name: "source.c")));
        Assert.Equal(["f 644 315532800 empty 0"], List(Pack([], name: "empty")));
        var zipped = Compress("int x"u8.ToArray(), s => new GZipStream(s, CompressionLevel.Fastest));
        Assert.Equal([$"f 644 315532800 source.c.gz {zipped.Length}"], List(Pack(zipped, name: "source.c.gz")));
        Assert.Equal(["f 644 315532800 a.tar.gz.asc 9"], List(Pack("signature"u8.ToArray(), name: "a.tar.gz.asc")));
        var tar = new TarMaker().File("a").Finish();
        Assert.Equal([$"f 644 315532800 a.tar {tar.Length}"], List(Pack(tar, name: "a.tar", unpack: false)));
    }

    public static TheoryData<string, TarMaker> Hostile => new()
    {
        { "entry '/etc/passwd' is refused: its name is an absolute path", new TarMaker().File("/etc/passwd") },
        { "entry 'a/../../x' is refused: its name has a '..' in it", new TarMaker().File("a/../../x") },
        { "entry 'a/..' is refused: its name has a '..' in it", new TarMaker().Directory("a/..") },
        { "entry 'a\u2400b' is refused: its name has a NUL in it", new TarMaker().Pax("path", "a\0b").File("x") },
        { "has no name", new TarMaker().Entry('0', ".") },
        { "entry 'l' is a symbolic link to the absolute path '/etc'", new TarMaker().Symlink("l", "/etc") },
        { "entry 'd/l' is a symbolic link to '../../x', which is outside the tree", new TarMaker().Symlink("d/l", "../../x").File("x") },
        { "entry 'm' is a symbolic link to 'l/..', which is outside the tree", new TarMaker().Symlink("l", ".").Symlink("m", "l/..") },
        { "entry 'd/m' is a symbolic link to 'n/../../x', which is outside the tree", new TarMaker().Symlink("d/m", "n/../../x").Symlink("d/n", "..") },
        { "is a symbolic link with an empty target", new TarMaker().Symlink("l", "") },
        { "is a symbolic link with a target longer than 4096 bytes", new TarMaker().Pax("linkpath", string.Concat(Enumerable.Repeat("a/", 2500))).Symlink("l", "x") },
        { "entry 'l/x' is below 'l', which is a symbolic link", new TarMaker().Symlink("l", "d").File("l/x").Directory("d") },
        { "entry 'l/x' is below 'l', which is a symbolic link", new TarMaker().File("l/x").Symlink("l", "d").Directory("d") },
        { "entry 'f/x' is below 'f', which is a file", new TarMaker().File("f").File("f/x") },
        { "entry 'h' is a hard link to 'absent', which is not in the archive before it", new TarMaker().HardLink("h", "absent") },
        { "entry 'h' is refused: the target of the hard link is an absolute path", new TarMaker().HardLink("h", "/etc/shadow") },
        { "entry 'h' is refused: the target of the hard link has a '..' in it", new TarMaker().HardLink("h", "../x") },
        { "entry 'h' is a hard link to a directory", new TarMaker().Directory("d").HardLink("h", "d") },
        { "entry 'dev' is a device node", new TarMaker().Entry('3', "dev") },
        { "entry 'dev' is a device node", new TarMaker().Entry('4', "dev") },
        { "entry 'pipe' is a named pipe", new TarMaker().Entry('6', "pipe") },
        { "entry 's' is a sparse file", new TarMaker().Entry('S', "s") },
        { "is a sparse file", new TarMaker().Pax("GNU.sparse.major", "1").File("s") },
        { "entry 'x' has the unknown type 'Q'", new TarMaker().Entry('Q', "x") },
        { "entry 'x' is there twice, as a file and as a directory", new TarMaker().File("x").Directory("x") },
        { "entry 'x' is there twice, as a directory and as a symbolic link", new TarMaker().Directory("x").Symlink("x", "y").File("y") },
        { "is refused: its name is longer than 4096 bytes", new TarMaker().Pax("path", string.Concat(Enumerable.Repeat("a/", 2500))).File("x") },
        { "damaged: an extended tar header is larger than 1 MiB", new TarMaker().Entry('L', "x", size: 1 << 21) },
        { "damaged: a tar header has a wrong checksum", new TarMaker().File("a").Bytes([.. Enumerable.Repeat((byte)'x', 512)]) },
        { "damaged: a pax header is malformed", new TarMaker().Entry('x', "pax", "99 path=x\n").File("x") },
        { "damaged: a pax header is malformed", new TarMaker().Entry('x', "pax", "no number\n").File("x") },
        { "damaged: a pax size is not a number", new TarMaker().Pax("size", "-1").File("x") },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void What_has_no_place_in_a_source_is_refused_by_name(string expected, TarMaker tar)
    {
        var message = Refused(tar.Finish(), strip: 0);
        Assert.StartsWith("source 'test.tar' ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/x")]
    [InlineData("a/../../x")]
    [InlineData("..\\x")]
    public void A_zip_cannot_leave_its_tree(string name) => Assert.Contains("refused: entry", Refused(Zip((name, "x", 0x81A4))), StringComparison.Ordinal);

    [Fact]
    public void A_symbolic_link_in_a_zip_is_checked_as_one_in_a_tar()
    {
        Assert.Contains("outside the tree", Refused(Zip(("l", "../x", 0xA1FF))), StringComparison.Ordinal);
        Assert.Contains("absolute path", Refused(Zip(("l", "/x", 0xA1FF))), StringComparison.Ordinal);
        Assert.Contains("below 'l'", Refused(Zip(("l", "d", 0xA1FF), ("l/x", "", 0x81A4), ("d/y", "", 0x81A4))), StringComparison.Ordinal);
        Assert.Contains("named pipe", Refused(Zip(("p", "", 0x11A4))), StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_that_ends_early_is_called_truncated_wherever_it_ends()
    {
        var content = new string('x', 3000);
        var tar = new TarMaker().File("t/a", content).File("t/b", content).Open();
        foreach (var length in (int[])[512, 600, 512 + 3000, 512 + 3072, 512 + 3072 + 100, tar.Length])
        {
            Assert.Equal("source 'test.tar' is truncated: it ends in the middle", Refused(tar[..length]));
        }

        // Compressed: random content, so that a cut is a cut in the middle.
        var noise = new byte[400_000];
        new Random(1).NextBytes(noise);
        var big = new TarMaker().Raw('0', "t/a"u8.ToArray(), noise, []).Finish();
        foreach (var whole in (byte[][])[Compress(big, s => new GZipStream(s, CompressionLevel.Fastest)), Compress(big, s => new BZip2OutputStream(s))])
        {
            Assert.Contains("is truncated", Refused(whole[..(whole.Length / 2)]), StringComparison.Ordinal);
        }

        // Without the last bytes of gzip only its checksum is missing, and the framework does not mind; bzip2's reader does.
        Assert.Contains("is truncated", Refused(Compress(big, s => new BZip2OutputStream(s))[..^1]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_archive_is_called_damaged()
    {
        var gzip = Compress(new TarMaker().File("t/a", string.Concat(Enumerable.Range(0, 9000))).Finish(), s => new GZipStream(s, CompressionLevel.Fastest));
        gzip.AsSpan(gzip.Length / 2, 300).Fill(0x55);
        Assert.Contains("is damaged", Refused(gzip), StringComparison.Ordinal);
        var bzip2 = Compress(new TarMaker().File("t/a", string.Concat(Enumerable.Range(0, 9000))).Finish(), s => new BZip2OutputStream(s));
        bzip2.AsSpan(bzip2.Length / 2, 300).Fill(0x55);
        Assert.Contains("is damaged", Refused(bzip2), StringComparison.Ordinal);
        Assert.Equal("source 'test.tar' is damaged: its name says that it is a tar archive, but it is an HTML page", Refused("<html>"u8.ToArray()));
        Assert.Contains("is damaged", Refused([.. "PK\x03\x04"u8, .. new byte[100]]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_decompression_bomb_is_refused()
    {
        var tar = new TarMaker().File("a", new string('x', 2000)).File("b").File("c").Finish();
        Assert.Contains("unpacks to more than", Refused(tar, limits: new SourceLimits { Bytes = 2000 }), StringComparison.Ordinal);
        Assert.Contains("more than 2 entries", Refused(tar, limits: new SourceLimits { Entries = 2 }), StringComparison.Ordinal);
        Assert.NotEmpty(Pack(tar, limits: new SourceLimits { Bytes = 2016, Entries = 3 }));
        var tail = Compress([.. tar, .. new byte[1 << 20]], s => new GZipStream(s, CompressionLevel.Fastest));
        Assert.Contains("unpacks to more than", Refused(tail, limits: new SourceLimits { Bytes = 1 << 19, Entries = 3 }), StringComparison.Ordinal);
        var zip = Zip(("a", new string('x', 2000), 0x81A4));
        Assert.Contains("unpacks to more than", Refused(zip, limits: new SourceLimits { Bytes = 1999 }), StringComparison.Ordinal);
    }

    [Fact]
    public void No_temporary_file_stays_behind()
    {
        Refused(new TarMaker().File("a").File("../b").Finish());
        Assert.Equal(["test.tar"], Directory.GetFiles(_directory.Path).Select(Path.GetFileName));
    }

    private SourceArchive Archive(SourceLimits? limits = null) => new(_directory.Path, limits);

    private byte[] Pack(byte[] file, int? strip = null, string name = "test.tar", bool unpack = true, SourceLimits? limits = null)
    {
        using var output = new MemoryStream();
        Archive(limits).FromFile(new(_directory.Write(name, file), name) { Strip = strip, Unpack = unpack }, output, default);
        return output.ToArray();
    }

    private string Refused(byte[] file, int? strip = null, SourceLimits? limits = null)
    {
        var error = Assert.Throws<BuilditException>(() => Pack(file, strip, limits: limits));
        Assert.Equal(ExitCode.InvalidInput, error.Code);
        return error.Diagnostics[0].Message;
    }

    private static byte[] Compress(byte[] bytes, Func<Stream, Stream> compressor)
    {
        using var output = new MemoryStream();
        using (var stream = compressor(output))
        {
            stream.Write(bytes);
        }

        return output.ToArray();
    }

    private static byte[] Zip(params (string Name, string Content, int Mode)[] entries)
    {
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create))
        {
            foreach (var (name, content, mode) in entries)
            {
                var entry = zip.CreateEntry(name);
                entry.ExternalAttributes = mode << 16;
                entry.LastWriteTime = DateTimeOffset.FromUnixTimeSeconds(TarMaker.Time);
                using var stream = entry.Open();
                stream.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return output.ToArray();
    }

    /// <summary>Read back by the framework's reader, which knows nothing of ours.</summary>
    private static List<TarEntry> Read(byte[] tar)
    {
        using var reader = new TarReader(new MemoryStream(tar));
        var entries = new List<TarEntry>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            Assert.Equal((0, 0), (entry.Uid, entry.Gid));
            entries.Add(entry);
        }

        return entries;
    }

    private static string Text(TarEntry entry) => new StreamReader(entry.DataStream!).ReadToEnd();

    private static List<string> List(byte[] tar) => [.. Read(tar).Select(e =>
    {
        var kind = e.EntryType switch { TarEntryType.Directory => 'd', TarEntryType.SymbolicLink => 'l', TarEntryType.HardLink => 'h', _ => 'f' };
        var link = e.LinkName.Length > 0 ? " -> " + e.LinkName : "";
        return FormattableString.Invariant($"{kind} {Convert.ToString((int)e.Mode, 8)} {e.ModificationTime.ToUnixTimeSeconds()} {e.Name} {e.Length}{link}");
    })];
}
