using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Buildit.Core;

namespace Buildit.Store.Tests.Registries;

/// <summary>What a test wants to go wrong with a piece.</summary>
public enum Trouble
{
    None,

    /// <summary>The connection breaks off in the middle; half of the piece has arrived.</summary>
    BreaksOff,

    /// <summary>It arrives, but nobody is told.</summary>
    AnswerIsLost,

    /// <summary>503.</summary>
    Busy,

    /// <summary>It breaks off, and the upload is forgotten.</summary>
    Forgets,

    /// <summary>405: there is no such method.</summary>
    TakesNone,
}

/// <summary>The uploads of a registry, in memory, as the OCI distribution specification 1.1 has them: a piece must begin where the last one ended.</summary>
public sealed class UploadServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly Dictionary<string, MemoryStream> _uploads = new(StringComparer.Ordinal);
    private readonly Func<int, Trouble> _trouble;
    private int _pieces;

    /// <param name="trouble">What happens to a piece; gets its number, from 1.</param>
    public UploadServer(Func<int, Trouble>? trouble = null)
    {
        _trouble = trouble ?? (static _ => Trouble.None);
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    /// <summary>Address of its one repository.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"oci://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/bin");

    /// <summary>What it says is the least size of a piece; null = nothing.</summary>
    public int? LeastPiece { get; init; }

    /// <summary>The blobs that are there.</summary>
    public ConcurrentDictionary<Digest, byte[]> Blobs { get; } = [];

    /// <summary>Method of each request, and what it says it brings: <c>PATCH 0-99</c>.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public void Dispose() => _listener.Dispose();

    // One after the other: nobody here asks for two things at once.
    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await ServeAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            await using var stream = client.GetStream();
            if (await AnswerAsync(stream) is { } answer)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}Content-Length: 0\r\nConnection: close\r\n\r\n"));
            }
        }
        catch (IOException)
        {
            // The client went away.
        }
    }

    /// <summary>Status and headers of the answer; null = the connection breaks off.</summary>
    private async Task<string?> AnswerAsync(Stream stream)
    {
        var head = await ReadHeadAsync(stream);
        var headers = head[1..].Select(l => l.Split(": ", 2)).ToDictionary(h => h[0], h => h[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        var (method, range) = (head[0].Split(' ')[0], headers.GetValueOrDefault("Content-Range", ""));
        _requests.Enqueue($"{method} {range}".TrimEnd());
        var url = new Uri("http://server" + head[0].Split(' ')[1]);
        var id = url.Segments[^1];
        return method == "POST" ? Begin()
            : !_uploads.ContainsKey(id) ? Status(404)
            : method switch
            {
                "PATCH" => Take(id, range, body),
                "GET" => State(id, 204),
                "PUT" => Finish(id, Uri.UnescapeDataString(url.Query[(url.Query.IndexOf("digest=", StringComparison.Ordinal) + 7)..]), body),
                _ => Status(405),
            };
    }

    private string Begin()
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"upload-{_requests.Count}");
        _uploads[id] = new();
        return State(id, 202) + (LeastPiece is { } least ? string.Create(CultureInfo.InvariantCulture, $"OCI-Chunk-Min-Length: {least}\r\n") : "");
    }

    private string? Take(string id, string range, byte[] body)
    {
        var (upload, trouble) = (_uploads[id], _trouble(++_pieces));
        if (trouble is Trouble.Busy or Trouble.TakesNone)
        {
            return Status(trouble == Trouble.Busy ? 503 : 405);
        }

        if (range != string.Create(CultureInfo.InvariantCulture, $"{upload.Length}-{upload.Length + body.Length - 1}"))
        {
            return Status(416);
        }

        upload.Write(body, 0, trouble == Trouble.BreaksOff ? body.Length / 2 : body.Length);
        if (trouble == Trouble.Forgets)
        {
            _uploads.Remove(id);
        }

        return trouble == Trouble.None ? State(id, 202) : null;
    }

    private string Finish(string id, string digest, byte[] body)
    {
        _uploads[id].Write(body);
        var content = _uploads[id].ToArray();
        _uploads.Remove(id);
        Blobs[Digest.Parse(digest)] = content;
        return Status(Digest.Of(content) == Digest.Parse(digest) ? 201 : 400);
    }

    private string State(string id, int status) =>
        Status(status) + string.Create(CultureInfo.InvariantCulture, $"Location: /v2/bin/blobs/uploads/{id}?state={_requests.Count}\r\nRange: 0-{Math.Max(0, _uploads[id].Length - 1)}\r\n");

    private static string Status(int status) => string.Create(CultureInfo.InvariantCulture, $"{status} Status\r\n");

    private static async Task<string[]> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        for (var one = new byte[1]; !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal);)
        {
            await stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        return head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
