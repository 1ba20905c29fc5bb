using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Buildit.Store.Tests.Fetching;

/// <summary>What the server was asked: the path, and the headers by lower-case name.</summary>
public sealed record Asked(string Path, IReadOnlyDictionary<string, string> Headers)
{
    public required string Method { get; init; }

    /// <summary>Text of ASCII.</summary>
    public required string Body { get; init; }

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>Start of the range asked for.</summary>
    public int RangeStart => Header("range") is { } range ? int.Parse(range["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture) : 0;
}

/// <summary>What it says: status, headers, body; of the body only <paramref name="Sent"/> bytes are sent, then the connection ends or hangs.</summary>
public sealed record Answer(int Status, byte[] Body, int? Sent = null, bool Hang = false, params string[] Headers)
{
    /// <summary>How long it thinks before it says anything.</summary>
    public TimeSpan After { get; init; }

    /// <summary>How long it waits before each byte of the body, which then come one by one; null = they come at once.</summary>
    public TimeSpan? Drip { get; init; }

    public static Answer Ok(byte[] body, params string[] headers) => new(200, body, Headers: headers);

    public static Answer Code(int status, params string[] headers) => new(status, [], Headers: headers);

    /// <summary>Answers a range as servers do.</summary>
    public static Answer Range(byte[] body, Asked asked) => asked.RangeStart == 0
        ? Ok(body, "ETag: \"v1\"")
        : new(206, body[asked.RangeStart..], Headers: ["ETag: \"v1\"", $"Content-Range: bytes {asked.RangeStart}-{body.Length - 1}/{body.Length}"]);
}

/// <summary>An HTTP server on loopback that can do everything wrong that servers do.</summary>
public sealed class TestServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Asked, int, Answer> _answer;
    private readonly ConcurrentQueue<Asked> _asked = new();

    /// <param name="answer">Gets the request and its number, from 1.</param>
    public TestServer(Func<Asked, int, Answer> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public string Url(string path = "/file.tar.gz") => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}{path}";

    public IReadOnlyList<Asked> Requests => [.. _asked];

    /// <summary>An address at which nothing listens.</summary>
    public static string DeadUrl()
    {
        using var server = new TestServer((_, _) => Answer.Code(500));
        return server.Url();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = Task.Run(() => ServeAsync(client, _stop.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        using (client)
        {
            try
            {
                await AnswerAsync(client.GetStream(), stop);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The client went away; some tests want just that.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream, CancellationToken stop)
    {
        var asked = await ReadAsync(stream);
        _asked.Enqueue(asked);
        var answer = _answer(asked, _asked.Count);
        var head = $"HTTP/1.1 {answer.Status} Status\r\nContent-Length: {answer.Body.Length}\r\nConnection: close\r\n{string.Concat(answer.Headers.Select(h => h + "\r\n"))}\r\n";
        await Task.Delay(answer.After, stop);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), stop);
        for (var at = 0; answer.Drip is { } wait && at < answer.Body.Length; at++)
        {
            await Task.Delay(wait, stop);
            await stream.WriteAsync(answer.Body.AsMemory(at, 1), stop);
        }

        await stream.WriteAsync(answer.Body.AsMemory(0, answer.Sent ?? answer.Body.Length), stop);
        if (answer.Hang)
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
    }

    private static async Task<Asked> ReadAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var first = await reader.ReadLineAsync() ?? throw new IOException("no request");
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            var parts = line.Split(": ", 2);
            headers[parts[0].ToLowerInvariant()] = parts[1];
        }

        var body = new char[int.Parse(headers.GetValueOrDefault("content-length", "0"), System.Globalization.CultureInfo.InvariantCulture)];
        var length = body.Length == 0 ? 0 : await reader.ReadBlockAsync(body);
        return new(first.Split(' ')[1], headers) { Method = first.Split(' ')[0], Body = new(body, 0, length) };
    }
}
