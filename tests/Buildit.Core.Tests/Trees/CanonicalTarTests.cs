using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Buildit.Core.Trees;
using Buildit.Testing;

namespace Buildit.Core.Tests.Trees;

/// <summary>The bytes that every identity rests on: digests are checked in, and an independent reader sees what was meant.</summary>
public class CanonicalTarTests
{
    private const long Time = 1714521600;
    private static readonly Dictionary<Digest, string> Contents = [];

    private static readonly Dictionary<string, TreeEntry[]> Samples = new()
    {
        ["empty"] = [],
        ["usual"] = [File("usr/bin/x", "hello") with { Mode = 0x1ED }, File("etc/x.conf", ""), Link("usr/bin/y", "x"), new("var/empty", EntryKind.Directory) { Mode = 0x1C0, Uid = 33, Gid = 44 }],
        ["block sizes"] = [File("a", new('a', 511)), File("b", new('b', 512)), File("c", new('c', 513))],
        ["names about 100 bytes"] = [File(new('a', 99), "1"), File(new('b', 100), "2"), File(new('c', 101), "3"), new(new string('d', 99), EntryKind.Directory), new(new string('e', 100), EntryKind.Directory)],
        ["names that are split"] = [File(new string('a', 155) + "/" + new string('b', 100), "x"), File(new string('c', 156) + "/d", "y"), File("f/" + new string('g', 101), "z")],
        ["names above 255 bytes"] = [File(string.Join('/', Enumerable.Repeat(new string('n', 60), 6)), "x")],
        ["other letters"] = [File("é/ü", "x"), File("日本語/" + new string('語', 90), "y"), Link("é/l", "ü"), File("😀", "z")],
        ["hard links"] = [File("a/first", "x"), new("a/second", EntryKind.HardLink) { Target = "a/first" }, new(new string('z', 120), EntryKind.HardLink) { Target = "a/first" }],
        ["long link targets"] = [Link("a", new('t', 100)), Link("b", new('t', 101)), Link("c", "/" + new string('é', 200))],
        ["modes and owners"] = [File("suid", "x") with { Mode = 0x9ED }, File("sticky", "y") with { Mode = 0x3FF, Uid = 0x1FFFFF, Gid = 0x200000 }, File("nobody", "z") with { Uid = int.MaxValue, Gid = 65534 }],
        ["capabilities"] = [File("ping", "x") with { Mode = 0x1ED, Capabilities = FileCapabilities.TryParse("cap_setuid,cap_net_raw=ep") }, File(new('l', 120), "y") with { Capabilities = FileCapabilities.TryParse("cap_bpf=i") }],
    };

    public static TheoryData<string> Names => [.. Samples.Keys];

    [Fact]
    public void Digests_are_as_checked_in() =>
        Golden.Check("tests/golden/tars/digests", string.Concat(Samples.Select(s => $"{Digest.Of(Write(s.Value))} {s.Key}\n")));

    [Theory]
    [MemberData(nameof(Names))]
    public void Another_reader_sees_the_same(string sample)
    {
        var expected = Tree.Create(Samples[sample], Time).Entries;
        var bytes = Write(Samples[sample]);
        Assert.Equal(0, bytes.Length % 512);
        Assert.All(bytes[^1024..], b => Assert.Equal(0, b));

        using var reader = new TarReader(new MemoryStream(bytes));
        foreach (var entry in expected)
        {
            var read = reader.GetNextEntry()!;
            Assert.Equal(entry.Path, read.Name.TrimEnd('/'));
            Assert.Equal(entry.Kind switch { EntryKind.Directory => TarEntryType.Directory, EntryKind.Symlink => TarEntryType.SymbolicLink, EntryKind.HardLink => TarEntryType.HardLink, _ => TarEntryType.RegularFile }, read.EntryType);
            Assert.Equal((entry.Mode, entry.Uid, entry.Gid, Time), ((int)read.Mode, read.Uid, read.Gid, read.ModificationTime.ToUnixTimeSeconds()));
            Assert.Equal(entry.Target ?? "", read.LinkName);
            Assert.Equal(entry.Size, read.Length);
            if (entry.Size > 0)
            {
                Assert.Equal(entry.Content, Digest.Of(read.DataStream!));
            }
        }

        Assert.Null(reader.GetNextEntry());
    }

    [Fact]
    public void A_size_above_8_GiB_is_in_a_pax_record()
    {
        const long size = 9L << 30;
        using var output = new MemoryStream();
        var tar = new CanonicalTarWriter(output);
        Assert.Throws<InvalidDataException>(() => tar.WriteEntry(new("big", EntryKind.File) { Size = size }, Time, _ => new MemoryStream([1])));
        tar.Finish();
        var bytes = output.ToArray();
        Assert.Equal('x', (char)bytes[156]);
        var record = $"size={size.ToString(CultureInfo.InvariantCulture)}\n";
        Assert.Equal($"{record.Length + 3} {record}", Encoding.ASCII.GetString(bytes, 512, record.Length + 3));
        Assert.Equal("big", Encoding.ASCII.GetString(bytes, 1024, 3));
    }

    [Fact]
    public void Capabilities_are_an_attribute_as_tars_of_Linux_have_it()
    {
        var bytes = Write([File("ping", "x") with { Capabilities = FileCapabilities.TryParse("cap_net_raw=ep") }]);
        Assert.Equal('x', (char)bytes[156]);
        Assert.Equal([.. "57 SCHILY.xattr.security.capability="u8, 1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)'\n'], bytes[512..(512 + 57)]);
    }

    [Fact]
    public void A_file_larger_than_the_buffer_is_passed_on_whole()
    {
        var content = string.Concat(Enumerable.Range(0, 150_000).Select(i => (char)('a' + (i % 23))));
        var bytes = Write([File("a", "x"), File("b", content + content), File("c", content), File("d", "y")]);
        using var reader = new TarReader(new MemoryStream(bytes));
        Assert.Equal(["x", content + content, content, "y"], Enumerable.Range(0, 4).Select(_ => new StreamReader(reader.GetNextEntry()!.DataStream!).ReadToEnd()));
    }

    [Fact]
    public void The_length_of_a_pax_record_counts_itself()
    {
        foreach (var length in Enumerable.Range(101, 1200))
        {
            var bytes = Write([Link("l", new('t', length))]);
            var digits = Encoding.ASCII.GetString(bytes, 512, 5).Split(' ')[0];
            var said = int.Parse(digits, CultureInfo.InvariantCulture);
            Assert.Equal('\n', (char)bytes[512 + said - 1]);
            Assert.Equal($"{digits} linkpath=".Length + length + 1, said);
        }
    }

    [Theory]
    [InlineData("x", 2)]
    [InlineData("xyz", 2)]
    public void A_file_of_another_length_is_refused(string content, long size) => Assert.Throws<InvalidDataException>(() =>
        new CanonicalTarWriter(Stream.Null).WriteEntry(new("f", EntryKind.File) { Size = size }, Time, _ => new MemoryStream(Encoding.UTF8.GetBytes(content))));

    [Theory]
    [InlineData(-1)]
    [InlineData(1L << 33)]
    public void A_time_that_no_header_holds_is_refused(long time) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CanonicalTarWriter(Stream.Null).WriteEntry(new("d", EntryKind.Directory), time, _ => Stream.Null));

    private static TreeEntry File(string path, string content)
    {
        lock (Contents)
        {
            Contents[Digest.Of(content)] = content;
        }

        return new(path, EntryKind.File) { Size = content.Length, Content = Digest.Of(content) };
    }

    private static TreeEntry Link(string path, string target) => new(path, EntryKind.Symlink) { Target = target };

    private static byte[] Write(TreeEntry[] entries)
    {
        using var output = new MemoryStream();
        var tar = new CanonicalTarWriter(output);
        tar.WriteTree(Tree.Create(entries, Time), e => new MemoryStream(Encoding.UTF8.GetBytes(Contents[e.Content])));
        tar.Finish();
        return output.ToArray();
    }
}
