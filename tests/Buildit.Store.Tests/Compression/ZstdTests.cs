using System.Buffers.Binary;
using System.Text;
using Buildit.Store.Compression;

namespace Buildit.Store.Tests.Compression;

public class ZstdTests
{
    // (printf 'hello, ' | zstd; printf 'world\n' | zstd): two frames, one file.
    internal const string TwoFrames = "KLUv/QRYOQAAaGVsbG8sIM+5PnMotS/9BFgxAAB3b3JsZAqqblaf";

    /// <summary>A frame that stores bytes as they are (RFC 8878, 3.1.1: no checksum, a window of 128 KiB, raw blocks).</summary>
    internal static byte[] Stored(ReadOnlySpan<byte> bytes)
    {
        const int Block = 1 << 17;
        using var frame = new MemoryStream();
        frame.Write([0x28, 0xB5, 0x2F, 0xFD, 0, 7 << 3]);
        Span<byte> header = stackalloc byte[4];
        do
        {
            var block = bytes[..Math.Min(Block, bytes.Length)];
            bytes = bytes[block.Length..];
            BinaryPrimitives.WriteInt32LittleEndian(header, (block.Length << 3) | (bytes.IsEmpty ? 1 : 0));
            frame.Write(header[..3]);
            frame.Write(block);
        }
        while (!bytes.IsEmpty);
        return frame.ToArray();
    }

    [Fact]
    public void Frames_one_after_the_other_are_one_file() => Assert.Equal("hello, world\n", Decompress(Convert.FromBase64String(TwoFrames)));

    [Fact]
    public void Input_that_ends_early_is_an_error_wherever_it_ends()
    {
        var whole = Convert.FromBase64String(TwoFrames);
        const int First = 20;
        for (var length = 0; length < whole.Length; length++)
        {
            if (length != First)
            {
                Assert.Throws<EndOfStreamException>(() => Decompress(whole[..length]));
            }
        }
    }

    [Fact]
    public void Damage_is_an_error_or_changes_nothing()
    {
        var whole = Convert.FromBase64String(TwoFrames);
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = whole.ToArray();
            damaged[i] ^= 0x10;
            var outcome = Record.Exception(() => Assert.Equal("hello, world\n", Decompress(damaged)));
            Assert.True(outcome is null or InvalidDataException or EndOfStreamException, $"byte {i}: {outcome}");
        }
    }

    [Fact]
    public void More_comes_out_than_fits_a_read()
    {
        var bytes = new byte[400_000];
        new Random(1).NextBytes(bytes);
        using var zstd = new ZstdStream(new MemoryStream(Stored(bytes)));
        using var output = new MemoryStream();
        var buffer = new byte[777];
        for (int read; (read = zstd.Read(buffer)) > 0;)
        {
            output.Write(buffer, 0, read);
        }

        Assert.Equal(bytes, output.ToArray());
    }

    [Fact]
    public void A_window_larger_than_any_package_needs_is_refused() =>
        Assert.Throws<InvalidDataException>(() => Decompress([0x28, 0xB5, 0x2F, 0xFD, 0, (28 - 10) << 3, 1, 0, 0]));

    [Fact]
    public void A_closed_stream_is_closed()
    {
        var zstd = new ZstdStream(new MemoryStream(Convert.FromBase64String(TwoFrames)));
        zstd.Dispose();
        zstd.Dispose();
        Assert.Throws<ObjectDisposedException>(() => zstd.ReadByte());
    }

    private static string Decompress(byte[] bytes)
    {
        using var zstd = new ZstdStream(new MemoryStream(bytes));
        using var reader = new StreamReader(zstd, Encoding.ASCII, false, 3);
        return reader.ReadToEnd();
    }
}
