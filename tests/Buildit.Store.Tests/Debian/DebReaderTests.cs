using System.Text;
using Buildit.Store.Debian;
using Buildit.Store.Tests.Compression;

namespace Buildit.Store.Tests.Debian;

public class DebReaderTests
{
    private static readonly (string, byte[]) Marker = ("debian-binary", "2.0\n"u8.ToArray());
    private static readonly (string, byte[]) Control = ("control.tar.gz", [1, 2, 3]);

    private static string Data(params (string, byte[])[] members)
    {
        using var data = DebReader.OpenData(new MemoryStream(DebBuilder.Ar(members)));
        return new StreamReader(data).ReadToEnd();
    }

    [Fact]
    public void The_data_is_found_in_every_compression()
    {
        Assert.Equal("plain", Data(Marker, Control, ("data.tar", "plain"u8.ToArray())));
        Assert.Equal("gzip", Data(Marker, Control, ("data.tar.gz", DebBuilder.Gzip("gzip"u8.ToArray()))));
        Assert.Equal("hello, world\n", Data(Marker, Control, ("data.tar.xz", Convert.FromBase64String(XzTests.TwoStreams))));
        Assert.Equal("hello, world\n", Data(Marker, Control, ("data.tar.zst", Convert.FromBase64String(ZstdTests.TwoFrames))));
    }

    [Fact]
    public void Anything_else_is_refused()
    {
        var data = ("data.tar", "x"u8.ToArray());
        Assert.Throws<InvalidDataException>(() => Data());
        Assert.Throws<InvalidDataException>(() => Data(Control, data));
        Assert.Throws<InvalidDataException>(() => Data(("debian-binary", "3.0\n"u8.ToArray()), Control, data));
        Assert.Throws<InvalidDataException>(() => Data(Marker, data));
        Assert.Throws<InvalidDataException>(() => Data(Marker, Control));
        Assert.Throws<InvalidDataException>(() => Data(Marker, Control, ("data.tar.lzma", [])));
        Assert.Throws<EndOfStreamException>(() => Data(Marker, Control, ("data.tar.zst", [])));
        Assert.Throws<InvalidDataException>(() => DebReader.OpenData(new MemoryStream("<html>not found</html>"u8.ToArray())));
    }

    [Fact]
    public void An_archive_cut_anywhere_is_never_read_as_whole()
    {
        var whole = DebBuilder.Ar(Marker, Control, ("data.tar", Encoding.ASCII.GetBytes("0123456789")));
        for (var length = 0; length < whole.Length; length++)
        {
            var cut = whole[..length];
            Assert.ThrowsAny<Exception>(() => new StreamReader(DebReader.OpenData(new MemoryStream(cut))).ReadToEnd());
        }
    }
}
