using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Buildit.Acceptance.Tests;

/// <summary>A web server of a few lines, on the loopback: one request a connection.</summary>
internal sealed class SmallServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private int _requests;

    public SmallServer()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Path -> content, whatever the query; others are 404.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = [];

    /// <summary>Half of what was announced is sent, then the connection is closed.</summary>
    public bool BreaksOff { get; set; }

    /// <summary>Requests are never answered.</summary>
    public bool Holds { get; set; }

    public int Requests => _requests;

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _requests);
                await (Holds ? Task.Delay(Timeout.Infinite) : Task.CompletedTask);
                await AnswerAsync(client.GetStream());
            }
            catch (IOException)
            {
                // The client went away.
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var path = (await reader.ReadLineAsync())?.Split(' ') is [_, var p, ..] ? p.Split('?')[0] : "/";
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
        }

        var isThere = Files.TryGetValue(path, out var content);
        content ??= "not here"u8.ToArray();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(isThere ? "200 OK" : "404 Not Found")}\r\nContent-Length: {content.Length}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(BreaksOff ? content.AsMemory(0, content.Length / 2) : content);
    }
}
