using System.Text;
using Buildit.Store.Compression;

namespace Buildit.Store.Tests.Compression;

public class XzTests
{
    // (printf 'hello, ' | xz; printf 'world\n' | xz): two streams, one file.
    internal const string TwoStreams =
        "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAGaGVsbG8sIAAAEDGD4NTJ+DYAAR8HFi64cx+2830BAAAAAARZWv03elhaAAAE5ta0RgIAIQEWAAAAdC/lowEABXdvcmxkCgAAAGJcYvnPGGHAAAEeBsEvpB0ftvN9AQAAAAAEWVo=";

    // head -c 100000 /dev/zero | xz --lzma2=dict=512MiB
    private const string WantsMuchMemory =
        "/Td6WFoAAATm1rRGAgAhASIAAACCQKzc4YafAFNdAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/i2lH8MasDedElk4ulcU7IE1rH1lwAAAACPxpSiGONw8QABb6CNBgAAkORuUbHEZ/sCAAAAAARZWg==";

    private static string Decompress(byte[] bytes)
    {
        using var xz = Xz.Open(new Trickle(bytes));
        using var reader = new StreamReader(xz, Encoding.ASCII, false, 3);
        return reader.ReadToEnd();
    }

    [Fact]
    public void Streams_one_after_the_other_are_one_file() => Assert.Equal("hello, world\n", Decompress(Convert.FromBase64String(TwoStreams)));

    [Fact]
    public void Input_that_ends_early_is_an_error_wherever_it_ends()
    {
        var whole = Convert.FromBase64String(TwoStreams);
        var first = whole.Length / 2;
        for (var length = 0; length < whole.Length; length++)
        {
            if (length != first)
            {
                Assert.Throws<EndOfStreamException>(() => Decompress(whole[..length]));
            }
        }
    }

    [Fact]
    public void Damage_is_an_error_wherever_it_is()
    {
        var whole = Convert.FromBase64String(TwoStreams);
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = whole.ToArray();
            damaged[i] ^= 0x10;
            Assert.ThrowsAny<SystemException>(() => Decompress(damaged));
        }
    }

    [Fact]
    public void More_memory_than_any_package_needs_is_refused() =>
        Assert.Contains("256 MiB", Assert.Throws<InvalidDataException>(() => Decompress(Convert.FromBase64String(WantsMuchMemory))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_closed_stream_is_closed()
    {
        var xz = Xz.Open(new MemoryStream(Convert.FromBase64String(TwoStreams)));
        xz.Dispose();
        xz.Dispose();
        Assert.Throws<ObjectDisposedException>(() => xz.ReadByte());
    }

    /// <summary>Gives one byte at a time, as a slow network may.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);
    }
}
