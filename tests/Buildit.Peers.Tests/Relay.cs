using System.Net;
using System.Net.Sockets;

namespace Buildit.Peers.Tests;

/// <summary>A line between a client and a server on this machine that can be cut, or go dead; or an http proxy that leads every wish to that server.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _clients = [];
    private readonly CancellationTokenSource _ended = new();
    private readonly int _to;
    private readonly bool _isProxy;
    private volatile TaskCompletionSource _passing = new();
    private long _passed;

    /// <param name="to">The server's port.</param>
    /// <param name="isProxy">Whether clients first say <c>CONNECT</c>.</param>
    public Relay(int to, bool isProxy = false)
    {
        (_to, _isProxy) = (to, isProxy);
        _passing.SetResult();
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes that went from the client to the server or back.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    /// <summary>Breaks all connections off, once, when so many bytes have gone; null = when it was done, too.</summary>
    public long? CutAfter { get; set; }

    /// <summary>Breaks all connections off.</summary>
    public void Cut()
    {
        lock (_clients)
        {
            _clients.ForEach(c => c.Dispose());
            _clients.Clear();
        }
    }

    /// <summary>Lets nothing through any more, without breaking anything off.</summary>
    public void GoDead() => _passing = new();

    public void Dispose()
    {
        _ended.Cancel();
        _listener.Dispose();
        Cut();
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                var (client, server) = (await _listener.AcceptTcpClientAsync(_ended.Token), new TcpClient());
                await server.ConnectAsync(IPAddress.Loopback, _to);
                lock (_clients)
                {
                    _clients.AddRange([client, server]);
                }

                if (_isProxy)
                {
                    await AnswerConnectAsync(client.GetStream());
                }

                _ = PassAsync(client.GetStream(), server.GetStream());
                _ = PassAsync(server.GetStream(), client.GetStream());
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
            }
        }
    }

    private static async Task AnswerConnectAsync(NetworkStream client)
    {
        var request = new List<byte>();
        while (!request.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            var one = new byte[1];
            await client.ReadExactlyAsync(one);
            request.Add(one[0]);
        }

        await client.WriteAsync("HTTP/1.1 200 Connected\r\n\r\n"u8.ToArray());
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        try
        {
            var buffer = new byte[1 << 16];
            for (int read; (read = await from.ReadAsync(buffer, _ended.Token)) > 0;)
            {
                await _passing.Task.WaitAsync(_ended.Token);
                await to.WriteAsync(buffer.AsMemory(0, read), _ended.Token);
                if (Interlocked.Add(ref _passed, read) >= CutAfter)
                {
                    CutAfter = null;
                    Cut();
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
        }

        from.Dispose();
        to.Dispose();
    }
}
