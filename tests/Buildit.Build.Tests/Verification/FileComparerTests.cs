using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Buildit.Build.Verification;
using Buildit.Core.Verification;

namespace Buildit.Build.Tests.Verification;

public class FileComparerTests
{
    [Fact]
    public void A_text_is_told_by_lines()
    {
        var difference = Assert.Single(FileComparer.Compare("a\nb\n"u8.ToArray(), "a\nc\n"u8.ToArray()));
        Assert.Equal(2, difference.Offset);
        Assert.Equal<string>([" a", "-b", "+c"], difference.Diff);
    }

    [Fact]
    public void Other_bytes_are_told_by_the_readable_text_around_them()
    {
        var difference = Assert.Single(FileComparer.Compare("\0\u0001built on monday\0"u8.ToArray(), "\0\u0001built on friday\0"u8.ToArray()));
        Assert.Equal((11, new Snippet("built on monday", "built on friday")), (difference.Offset, difference.Snippet));
        Assert.Equal(new Snippet("0x0102", "0x0103"), Assert.Single(FileComparer.Compare([0, 0, 1, 2], [0, 0, 1, 3])).Snippet! with { Expected = "0x0102", Actual = "0x0103" });
    }

    [Fact]
    public void A_shorter_file_differs_where_it_ends() => Assert.Equal(3, Assert.Single(FileComparer.Compare([0, 1, 2, 3], [0, 1, 2])).Offset);

    [Fact]
    public void A_member_of_a_tar_in_a_gzip_is_found()
    {
        var difference = Assert.Single(FileComparer.Compare(Gzip(Tar(("a", "same", 5), ("b", "one\n", 5))), Gzip(Tar(("a", "same", 5), ("b", "two\n", 5)))));
        Assert.Equal<string>(["(uncompressed)", "b"], difference.Within);
        Assert.Equal<string>(["-one", "+two"], difference.Diff);
    }

    [Fact]
    public void Times_of_members_are_dates()
    {
        var difference = Assert.Single(FileComparer.Compare(Tar(("a", "x", 5)), Tar(("a", "x", 7))));
        Assert.Equal((CauseKind.Date, "the archive says another time: 5, 7"), (difference.Kind!.Value, difference.Note));
    }

    [Fact]
    public void The_time_in_a_gzip_header_is_a_date()
    {
        var (one, two) = (Gzip("text\n"u8.ToArray()), Gzip("text\n"u8.ToArray()));
        two[4] = 9;
        Assert.Equal(CauseKind.Date, Assert.Single(FileComparer.Compare(one, two)).Kind);
    }

    [Fact]
    public void Another_order_of_members_is_an_order()
    {
        var difference = Assert.Single(FileComparer.Compare(Tar(("a", "1", 5), ("b", "2", 5)), Tar(("b", "2", 5), ("a", "1", 5))));
        Assert.Equal((CauseKind.Order, "the members are in another order"), (difference.Kind!.Value, difference.Note));
    }

    [Fact]
    public void Added_members_are_listed()
    {
        var difference = Assert.Single(FileComparer.Compare(Zip(("a", "1")), Zip(("a", "1"), ("b", "2"))));
        Assert.Equal("there are other members", difference.Note);
        Assert.Contains("+b", difference.Diff);
    }

    [Fact]
    public void A_member_of_a_static_library_is_found_by_its_long_name()
    {
        var difference = Assert.Single(FileComparer.Compare(Ar("0", "a_rather_long_name.o", "one\n"), Ar("0", "a_rather_long_name.o", "two\n")));
        Assert.Equal<string>(["a_rather_long_name.o"], difference.Within);
        Assert.Equal(CauseKind.Date, Assert.Single(FileComparer.Compare(Ar("0", "a_rather_long_name.o", "one\n"), Ar("99", "a_rather_long_name.o", "one\n"))).Kind);
    }

    [Fact]
    public void The_same_members_packed_in_another_way_are_said_to_be_so()
    {
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("many the same ", 100)));
        Assert.Equal("the same members, packed in another way", Assert.Single(FileComparer.Compare(Gzip(text, CompressionLevel.NoCompression), Gzip(text))).Note);
    }

    [Theory]
    [InlineData("!<arch>\nnot an archive")]
    [InlineData("\u001f\u008b\u0008broken")]
    [InlineData("PK\u0003\u0004broken")]
    public void What_only_looks_like_an_archive_is_compared_as_bytes(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        Assert.Equal(bytes.Length, Assert.Single(FileComparer.Compare(bytes, [.. bytes, 0])).Offset);
    }

    private static byte[] Gzip(byte[] content, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, level))
        {
            gzip.Write(content);
        }

        return stream.ToArray();
    }

#pragma warning disable RS0030 // GNU headers carry no process id.
    private static byte[] Tar(params (string Name, string Content, long Time)[] members)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Gnu))
        {
            foreach (var (name, content, time) in members)
            {
                tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, name) { ModificationTime = DateTimeOffset.FromUnixTimeSeconds(time), DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
            }
        }

        return stream.ToArray();
    }
#pragma warning restore RS0030

    private static byte[] Zip(params (string Name, string Content)[] members)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                var entry = zip.CreateEntry(name);
                entry.LastWriteTime = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var output = entry.Open();
                output.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return stream.ToArray();
    }

    private static byte[] Ar(string time, string name, string content)
    {
        var names = name + "/\n";
        return Encoding.ASCII.GetBytes($"!<arch>\n{Header("//", "", names.Length)}{names}{(names.Length % 2 == 1 ? "\n" : "")}{Header("/0", time, content.Length)}{content}");
    }

    private static string Header(string name, string time, int size) => $"{name,-16}{time,-12}{"0",-6}{"0",-6}{"100644",-8}{size,-10}`\n";
}
