using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Buildit.Testing;

/// <summary>Serves the repositories below a directory by the real git daemon, one process a connection, on a port that the system chose.</summary>
public sealed class GitServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _directory;
    private int _connections;

    public GitServer(string directory)
    {
        _directory = directory;
        _listener.Start();
        _ = ServeAsync();
    }

    public string Url => $"git://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>How often somebody connected.</summary>
    public int Connections => _connections;

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                return;
            }

            Interlocked.Increment(ref _connections);
            _ = AnswerAsync(client);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using var connection = client;
        using var daemon = Process.Start(new ProcessStartInfo("git", ["daemon", "--inetd", "--export-all", $"--base-path={_directory}", _directory]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var stream = client.GetStream();
        var asked = CopyAsync(stream, daemon.StandardInput.BaseStream).ContinueWith(_ => daemon.StandardInput.Close(), TaskScheduler.Default);
        await CopyAsync(daemon.StandardOutput.BaseStream, stream);
        client.Client.Shutdown(SocketShutdown.Both);
        await asked;
        await daemon.WaitForExitAsync();
    }

    private static async Task CopyAsync(Stream from, Stream to)
    {
        try
        {
            var buffer = new byte[1 << 16];
            for (int read; (read = await from.ReadAsync(buffer)) > 0;)
            {
                await to.WriteAsync(buffer.AsMemory(0, read));
                await to.FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // One side went away.
        }
    }
}
