using System.Buffers.Binary;
using Buildit.Store.Binhosts;
using Buildit.Store.Binhosts.Ssh;

namespace Buildit.Store.Tests.Binhosts;

/// <summary>Servers that are allowed by the protocol but unlike OpenSSH's, or not allowed at all.</summary>
public sealed class SftpStreamTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7 + i / 251))];

    [Theory]
    [InlineData(0, 1 << 15)]
    [InlineData(0, 1000)]
    [InlineData(150_001, 777)]
    [InlineData(200_000, 777)]
    public async Task A_server_may_give_less_than_was_asked_for(int offset, int most)
    {
        var sftp = await OpenAsync((type, fields) => type == SftpType.FStat ? Attributes() : Part(fields, most));
        await using var stream = new SftpReadStream(sftp, "h"u8.ToArray(), offset);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        Assert.Equal(Content[offset..], copy.ToArray());
    }

    [Fact]
    public async Task A_write_that_the_server_cannot_do_is_told()
    {
        var sftp = await OpenAsync((type, _) => type == SftpType.Write ? SftpPeer.Status(SftpStatus.Failure) : SftpPeer.Status(SftpStatus.Ok));
        await using var stream = new SftpWriteStream(sftp, "h"u8.ToArray());
        await stream.WriteAsync(new byte[100]);
        var error = await Assert.ThrowsAsync<PlaceException>(() => stream.FinishAsync(default));
        Assert.Contains("disk full", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up()
    {
        var sftp = await OpenAsync((_, _) => null, TimeSpan.FromMilliseconds(200));
        var error = await Assert.ThrowsAsync<PlaceException>(() => sftp.AskAsync(SftpType.Stat, static r => r.Text("x"), default));
        Assert.Contains("said nothing for 0.2 s", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Welcome to this machine!\n")]
    [InlineData("\0\0\0\u0005\u0002\0\0\0\u0002")]
    public async Task What_speaks_something_else_is_no_server(string greeting)
    {
        using var from = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(greeting));
        var error = await Assert.ThrowsAsync<PlaceException>(() => SftpConnection.OpenAsync(
            Stream.Null, from, () => Task.FromResult(new PlaceException("the server closed the connection")), TimeSpan.FromSeconds(60), TimeProvider.System, default));
        Assert.Contains("is no sftp server", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_that_are_shorter_than_they_say_are_a_failure_and_nothing_else()
    {
        var sftp = await OpenAsync((_, _) => [(byte)SftpType.Handle, 0, 0, 0, 200]);
        var reply = await sftp.AskAsync(SftpType.Open, static r => r.Text("x"), default);
        Assert.Throws<PlaceException>(() => reply.Bytes());
    }

    private static Task<SftpConnection> OpenAsync(Func<SftpType, byte[], byte[]?> answer, TimeSpan? silence = null) => new SftpPeer(answer).OpenAsync(silence ?? TimeSpan.FromSeconds(60));

    private static byte[] Attributes()
    {
        var size = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(size, Content.Length);
        return [(byte)SftpType.Attributes, 0, 0, 0, 1, .. size];
    }

    private static byte[] Part(byte[] fields, int most)
    {
        var at = (int)BinaryPrimitives.ReadInt64BigEndian(fields.AsSpan(5));
        var length = Math.Min(most, Math.Min(BinaryPrimitives.ReadInt32BigEndian(fields.AsSpan(13)), Content.Length - at));
        if (length <= 0)
        {
            return SftpPeer.Status(SftpStatus.End);
        }

        var count = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(count, length);
        return [(byte)SftpType.Data, .. count, .. Content.AsSpan(at, length)];
    }
}
