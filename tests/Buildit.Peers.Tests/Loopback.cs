using System.Net;
using System.Net.Sockets;

namespace Buildit.Peers.Tests;

/// <summary>Ports of this machine.</summary>
internal static class Loopback
{
    /// <summary>One that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until somebody listens.</summary>
    public static async Task UntilListensAsync(int port, Func<bool> isAlive)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (tries < 400 && isAlive())
            {
                await Task.Delay(25);
            }
        }
    }
}
