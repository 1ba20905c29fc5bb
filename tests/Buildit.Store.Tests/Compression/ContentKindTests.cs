using System.Text;
using Buildit.Store.Compression;
using ICSharpCode.SharpZipLib.BZip2;

namespace Buildit.Store.Tests.Compression;

public class ContentKindTests
{
    [Theory]
    [InlineData("", "an empty file")]
    [InlineData("\u001f\u008b", "a gzip archive")]
    [InlineData("BZh9", "a bzip2 archive")]
    [InlineData("\u00fd7zXZ\0", "an xz archive")]
    [InlineData("(\u00b5/\u00fd", "a zstd archive")]
    [InlineData("PK\u0003\u0004", "a zip archive")]
    [InlineData("\u007fELF", "an ELF file")]
    [InlineData("!<arch>\ndebian-binary", "an ar archive")]
    [InlineData("\0\0\0", "a file of zeros")]
    [InlineData("a\0b", "a binary file")]
    [InlineData("\n  <!DOCTYPE HTML><p>", "an HTML page")]
    [InlineData("<?xml version='1.0'?><!DOCTYPE html><html>", "an HTML page")]
    [InlineData("<?xml version='1.0'?><Error/>", "an XML document")]
    [InlineData("-----BEGIN PGP SIGNATURE-----", "a PGP signature")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "a Git LFS pointer")]
    [InlineData("hello", "a text")]
    public void The_first_bytes_tell_the_kind(string latin1, string expected) => Assert.Equal(expected, ContentKind.Detect(Encoding.Latin1.GetBytes(latin1)).Description);

    [Fact]
    public void The_first_line_of_a_text_is_shown_short_and_harmless()
    {
        Assert.Equal("not ?[31mfound", ContentKind.Detect("\n\nnot \u001b[31mfound\r\nmore"u8).FirstLine);
        Assert.Equal(81, ContentKind.Detect(Encoding.UTF8.GetBytes(new string('x', 500))).FirstLine!.Length);
    }

    [Fact]
    public void Bzip2_streams_one_after_the_other_are_one()
    {
        byte[] compressed = [.. Bzip2("one "), .. Bzip2(""), .. Bzip2("two")];
        using var reader = new StreamReader(Decompressor.Open(new MemoryStream(compressed)));
        Assert.Equal("one two", reader.ReadToEnd());
    }

    private static byte[] Bzip2(string text)
    {
        using var output = new MemoryStream();
        using (var stream = new BZip2OutputStream(output))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        return output.ToArray();
    }
}
