using System.Buffers.Binary;
using System.IO.Pipelines;
using Buildit.Store.Binhosts;
using Buildit.Store.Binhosts.Ssh;

namespace Buildit.Store.Tests.Binhosts;

/// <summary>Servers that are allowed by the protocol but unlike OpenSSH's, or not allowed at all.</summary>
public sealed class SftpStreamTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7 + i / 251))];
    private readonly Pipe _to = new();
    private readonly Pipe _from = new();

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
        var sftp = await OpenAsync((type, _) => type == SftpType.Write ? Status(SftpStatus.Failure) : Status(SftpStatus.Ok));
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
        await _from.Writer.WriteAsync(System.Text.Encoding.ASCII.GetBytes(greeting));
        var error = await Assert.ThrowsAsync<PlaceException>(() => OpenAsync(null));
        Assert.Contains("is no sftp server", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_that_are_shorter_than_they_say_are_a_failure_and_nothing_else()
    {
        var sftp = await OpenAsync((_, _) => [(byte)SftpType.Handle, 0, 0, 0, 200]);
        var reply = await sftp.AskAsync(SftpType.Open, static r => r.Text("x"), default);
        Assert.Throws<PlaceException>(() => reply.Bytes());
    }

    private async Task<SftpConnection> OpenAsync(Func<SftpType, byte[], byte[]?>? answer, TimeSpan? silence = null)
    {
        if (answer is not null)
        {
            await _from.Writer.WriteAsync(new byte[] { 0, 0, 0, 5, (byte)SftpType.Version, 0, 0, 0, 3 });
            _ = Task.Run(() => ServeAsync(answer));
        }

        return await SftpConnection.OpenAsync(
            _to.Writer.AsStream(), _from.Reader.AsStream(), () => Task.FromResult(new PlaceException("the server closed the connection")), silence ?? TimeSpan.FromSeconds(60), TimeProvider.System, default);
    }

    // The number of the request goes between type and fields of the answer.
    private async Task ServeAsync(Func<SftpType, byte[], byte[]?> answer)
    {
        var from = _to.Reader.AsStream();
        await from.ReadExactlyAsync(new byte[9]);
        for (var head = new byte[4]; ;)
        {
            await from.ReadExactlyAsync(head);
            var request = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
            await from.ReadExactlyAsync(request);
            if (answer((SftpType)request[0], request[5..]) is { } reply)
            {
                var length = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(length, reply.Length + 4);
                await _from.Writer.WriteAsync((byte[])[.. length, reply[0], .. request[1..5], .. reply[1..]]);
            }
        }
    }

    private static byte[] Attributes()
    {
        var size = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(size, Content.Length);
        return [(byte)SftpType.Attributes, 0, 0, 0, 1, .. size];
    }

    private static byte[] Status(SftpStatus status) => [(byte)SftpType.Status, 0, 0, 0, (byte)status, 0, 0, 0, 0, 0, 0, 0, 0];

    private static byte[] Part(byte[] fields, int most)
    {
        var at = (int)BinaryPrimitives.ReadInt64BigEndian(fields.AsSpan(5));
        var length = Math.Min(most, Math.Min(BinaryPrimitives.ReadInt32BigEndian(fields.AsSpan(13)), Content.Length - at));
        if (length <= 0)
        {
            return Status(SftpStatus.End);
        }

        var count = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(count, length);
        return [(byte)SftpType.Data, .. count, .. Content.AsSpan(at, length)];
    }
}
