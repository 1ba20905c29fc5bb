using System.Net;
using System.Net.Sockets;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Build.Instances;

/// <summary>Listens at a port of this machine and passes each connection on to a socket, behind which is a port of an instance.</summary>
public sealed class PortRelay : IDisposable
{
    private const int MostTries = 50;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);
    private readonly Socket _listener;
    private readonly string _socket;
    private readonly CancellationTokenSource _stop = new();

    private PortRelay(Socket listener, string socket) => (_listener, _socket) = (listener, socket);

    /// <summary>Where it listens.</summary>
    public IPEndPoint Place => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Begins to listen; throws if the port cannot be had.</summary>
    public static PortRelay Listen(IPEndPoint place, string socket)
    {
        var listener = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(place);
            listener.Listen();
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new BuilditException(
                ExitCode.Failed,
                $"cannot listen at {place}: {e.Message}",
                e.SocketErrorCode == SocketError.AccessDenied ? "ports below 1024 are root's: choose another one before the colon" : "choose another port before the colon; 0 takes any that is free",
                inner: e);
        }

        var relay = new PortRelay(listener, socket);
        _ = relay.AcceptAsync();
        return relay;
    }

    /// <summary>Listens no more.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            for (var cancel = _stop.Token; ;)
            {
                try
                {
                    _ = RelayAsync(await _listener.AcceptAsync(cancel), cancel);
                }
                catch (SocketException) when (!cancel.IsCancellationRequested)
                {
                    // Who came went away at once, or there is no room for more at the moment.
                    await Task.Delay(Turn, cancel);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    private async Task RelayAsync(Socket client, CancellationToken cancel)
    {
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
        {
            try
            {
                await ConnectAsync(server, cancel);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                await Task.WhenAll(OneWayAsync(client, server, both), OneWayAsync(server, client, both));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One of the two is gone, and so is the connection.
            }
        }
    }

    // Where one direction breaks off, nothing more comes in the other one either.
    private static async Task OneWayAsync(Socket from, Socket to, CancellationTokenSource both)
    {
        try
        {
            await CopyAsync(from, to, both.Token);
        }
        catch
        {
            await both.CancelAsync();
            throw;
        }
    }

    // Who is there before the instance has its socket waits for it.
    private async Task ConnectAsync(Socket server, CancellationToken cancel)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await server.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancel);
                return;
            }
            catch (SocketException) when (tries < MostTries)
            {
                await Task.Delay(Turn, cancel);
            }
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancel)
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = await from.ReceiveAsync(buffer, cancel)) > 0;)
        {
            for (var sent = 0; sent < read;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), cancel);
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
