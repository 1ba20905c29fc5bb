using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Buildit.Store.Binhosts;
using Buildit.Store.Binhosts.Ssh;

namespace Buildit.Store.Tests.Binhosts;

/// <summary>An sftp server that says what a test wants: it gets the type of each request and its fields, and gives type and fields of the answer; null = it says nothing.</summary>
internal sealed class SftpPeer(Func<SftpType, byte[], byte[]?> answer) : ISftpLine
{
    private readonly Pipe _to = new();
    private readonly Pipe _from = new();
    private readonly ConcurrentQueue<SftpType> _asked = [];
    private Task<SftpConnection>? _connection;

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyList<SftpType> Asked => [.. _asked];

    public Task<SftpConnection> ConnectAsync(CancellationToken cancel) => _connection ??= OpenAsync(TimeSpan.FromSeconds(60));

    public async Task<SftpConnection> OpenAsync(TimeSpan silence)
    {
        await _from.Writer.WriteAsync(Sized([0, 0, 0, 0, (byte)SftpType.Version, 0, 0, 0, 3, .. Text("posix-rename@openssh.com"), .. Text("1")]));
        _ = Task.Run(ServeAsync);
        return await SftpConnection.OpenAsync(_to.Writer.AsStream(), _from.Reader.AsStream(), () => Task.FromResult(new PlaceException("the server closed the connection")), silence, TimeProvider.System, default);
    }

    public void Dispose()
    {
    }

    public static byte[] Status(SftpStatus status) => [(byte)SftpType.Status, 0, 0, 0, (byte)status, .. Text(""), .. Text("")];

    public static byte[] Handle() => [(byte)SftpType.Handle, .. Text("h")];

    /// <summary>Names of plain files, of which nothing else is told.</summary>
    public static byte[] Names(params string[] names) => [(byte)SftpType.Name, 0, 0, 0, (byte)names.Length, .. names.SelectMany(n => (byte[])[.. Text(n), .. Text(n), 0, 0, 0, 0])];

    private static byte[] Text(string text) => [0, 0, 0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Sized(byte[] packet)
    {
        BinaryPrimitives.WriteInt32BigEndian(packet, packet.Length - 4);
        return packet;
    }

    // The number of the request goes between type and fields of the answer.
    private async Task ServeAsync()
    {
        var from = _to.Reader.AsStream();
        await from.ReadExactlyAsync(new byte[9]);
        for (var head = new byte[4]; ;)
        {
            await from.ReadExactlyAsync(head);
            var request = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
            await from.ReadExactlyAsync(request);
            _asked.Enqueue((SftpType)request[0]);
            if (answer((SftpType)request[0], request[5..]) is { } reply)
            {
                await _from.Writer.WriteAsync(Sized([0, 0, 0, 0, reply[0], .. request[1..5], .. reply[1..]]));
            }
        }
    }
}
