using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace Buildit.Tests.Shared;

/// <summary>
/// A server of buckets in memory, as far as a binhost needs one, that keeps to Amazon's description of it: conditions of PUT are looked at and held in one step, parts of an upload are seen when it
/// is completed, a body must have the digest that it is signed with. Of real ones the distribution has Ceph's, which takes a cluster, and Swift's, which knows no If-Match.
/// </summary>
public sealed class BucketServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, byte[]>> _uploads = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _requests = [];

    public BucketServer()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add(Url);
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public string Url { get; }

    /// <summary>The one bucket that there is.</summary>
    public string Bucket { get; init; } = "bin";

    /// <summary>It writes whatever the conditions say.</summary>
    public bool IgnoresConditions { get; init; }

    /// <summary>Keys in one page of a list.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>Who may ask; null: everybody.</summary>
    public string? AccessKey { get; init; }

    /// <summary>What it says instead of the truth: a status, the code of an error, and where the bucket is. Gets method and key.</summary>
    public Func<string, string, (int Status, string Code, string? Region)?>? Misbehave { get; set; }

    /// <summary>Told how many bytes of the body of a request have come.</summary>
    public Action<long>? Received { get; init; }

    /// <summary>Method and path of each request.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Keys of what is there.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_lock)
            {
                return [.. _objects.Keys];
            }
        }
    }

    /// <summary>What it tells browsers and caches of an object: media type and <c>Cache-Control</c>.</summary>
    public string Told(string key)
    {
        lock (_lock)
        {
            return _told[key];
        }
    }

    /// <summary>Uploads that were begun and not ended.</summary>
    public int OpenUploads => _uploads.Count;

    public void Dispose() => _listener.Close();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        try
        {
            using var body = new MemoryStream();
            await ReceiveAsync(request.InputStream, body);
            if (request.ContentLength64 > body.Length)
            {
                return;
            }

            _requests.Enqueue($"{request.HttpMethod} {request.Url!.PathAndQuery}");
            var content = Content(request, body.ToArray());
            lock (_lock)
            {
                var answer = Refusal(request, content) ?? Answer(request, content, response);
                response.ContentLength64 = request.HttpMethod == "HEAD" ? response.ContentLength64 : answer.Length;
                response.OutputStream.Write(request.HttpMethod == "HEAD" ? [] : answer);
            }
        }
        catch (Refused refused)
        {
            response.StatusCode = refused.Status;
            if (refused.Region is { } region)
            {
                response.Headers["x-amz-bucket-region"] = region;
            }

            // HEAD and 304 have no words.
            response.Close(request.HttpMethod == "HEAD" || refused.Status == 304 ? [] : Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><Error><Code>{refused.Message}</Code><Message>secret words</Message><AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId></Error>"), willBlock: false);
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The client went away.
        }
        finally
        {
            response.Abort();
        }
    }

    private async Task ReceiveAsync(Stream from, MemoryStream body)
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = await from.ReadAsync(buffer)) > 0;)
        {
            body.Write(buffer, 0, read);
            Received?.Invoke(body.Length);
        }
    }

    private byte[]? Refusal(HttpListenerRequest request, byte[] body)
    {
        var (bucket, key) = Names(request.Url!);
        if (Misbehave?.Invoke(request.HttpMethod, key) is var (status, code, region))
        {
            throw new Refused(status, code, region);
        }

        if (AccessKey is not null && request.Headers["Authorization"]?.Contains($"Credential={AccessKey}/", StringComparison.Ordinal) != true)
        {
            throw new Refused(403, request.Headers["Authorization"] is null ? "AccessDenied" : "InvalidAccessKeyId");
        }

        if (bucket != Bucket)
        {
            throw new Refused(404, "NoSuchBucket");
        }

        return request.Headers["x-amz-content-sha256"] is { Length: 64 } digest && digest != Hex(SHA256.HashData(body)) ? throw new Refused(400, "XAmzContentSHA256Mismatch") : null;
    }

    private byte[] Answer(HttpListenerRequest request, byte[] body, HttpListenerResponse response)
    {
        var key = Names(request.Url!).Key;
        var query = request.QueryString;
        return request.HttpMethod switch
        {
            "GET" when key.Length == 0 => List(query["prefix"] ?? ""),
            "GET" or "HEAD" => Give(key, request, response),
            "POST" when query["uploadId"] is { } id => Complete(key, id, body),
            "POST" => Begin(key, request),
            "PUT" when query["uploadId"] is { } id => Part(id, int.Parse(query["partNumber"]!, CultureInfo.InvariantCulture), body, response),
            "PUT" when request.Headers["x-amz-copy-source"] is { } source => Copy(Uri.UnescapeDataString(source).TrimStart('/')[(Bucket.Length + 1)..], key, request),
            "PUT" => Put(key, body, request, response),
            "DELETE" when query["uploadId"] is { } id => Abort(id, response),
            _ => throw new Refused(405, "MethodNotAllowed"),
        };
    }

    private byte[] Give(string key, HttpListenerRequest request, HttpListenerResponse response)
    {
        var content = _objects.GetValueOrDefault(key) ?? throw new Refused(404, "NoSuchKey");
        response.Headers["ETag"] = Tag(content);
        if (request.Headers["If-None-Match"] == Tag(content))
        {
            throw new Refused(304, "");
        }

        if (request.Headers["Range"] is not { } range)
        {
            response.ContentLength64 = content.Length;
            return content;
        }

        var from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        if (from >= content.Length)
        {
            throw new Refused(416, "InvalidRange");
        }

        response.StatusCode = 206;
        response.Headers["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{content.Length - 1}/{content.Length}");
        return content[from..];
    }

    private byte[] Put(string key, byte[] body, HttpListenerRequest request, HttpListenerResponse response)
    {
        var there = _objects.GetValueOrDefault(key);
        if (!IgnoresConditions && request.Headers["If-None-Match"] == "*" && there is not null)
        {
            throw new Refused(412, "PreconditionFailed");
        }

        if (!IgnoresConditions && request.Headers["If-Match"] is { } expected && (there is null || Tag(there) != expected))
        {
            throw there is null ? new Refused(404, "NoSuchKey") : new Refused(412, "PreconditionFailed");
        }

        _objects[key] = body;
        _told[key] = HeadersOf(request);
        response.Headers["ETag"] = Tag(body);
        return [];
    }

    private byte[] Copy(string from, string to, HttpListenerRequest request)
    {
        _objects[to] = _objects.GetValueOrDefault(from) ?? throw new Refused(404, "NoSuchKey");
        _told[to] = request.Headers["x-amz-metadata-directive"] == "REPLACE" ? HeadersOf(request) : _told[from];
        return Xml(new("CopyObjectResult", new XElement("ETag", Tag(_objects[to]))));
    }

    private byte[] List(string prefix)
    {
        var keys = _objects.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        return Xml(new("ListBucketResult", new XElement("IsTruncated", keys.Length > PageSize), keys.Take(PageSize).Select(k => new XElement("Contents", new XElement("Key", k), new XElement("Size", _objects[k].Length)))));
    }

    private byte[] Begin(string key, HttpListenerRequest request)
    {
        _told[key] = HeadersOf(request);
        var id = string.Create(CultureInfo.InvariantCulture, $"upload-{_requests.Count}");
        _uploads[id] = [];
        return Xml(new("InitiateMultipartUploadResult", new XElement("UploadId", id)));
    }

    private byte[] Part(string id, int number, byte[] body, HttpListenerResponse response)
    {
        _uploads[id][number] = body;
        response.Headers["ETag"] = Tag(body);
        return [];
    }

    private byte[] Complete(string key, string id, byte[] body)
    {
        var named = XElement.Parse(Encoding.UTF8.GetString(body)).Descendants().Where(e => e.Name.LocalName == "PartNumber").Select(e => int.Parse(e.Value, CultureInfo.InvariantCulture));
        _objects[key] = [.. named.SelectMany(n => _uploads[id][n])];
        _uploads.Remove(id);
        return Xml(new("CompleteMultipartUploadResult", new XElement("ETag", "\"parts\"")));
    }

    private byte[] Abort(string id, HttpListenerResponse response)
    {
        _uploads.Remove(id);
        response.StatusCode = 204;
        return [];
    }

    /// <summary>A body without the frames that it may come in: <c>LENGTH;chunk-signature=HEX</c>, a line for each piece.</summary>
    private static byte[] Content(HttpListenerRequest request, byte[] body)
    {
        if (request.Headers["x-amz-content-sha256"]?.StartsWith("STREAMING-", StringComparison.Ordinal) != true)
        {
            return body;
        }

        var content = new List<byte>();
        for (var at = 0; ;)
        {
            var line = at + body.AsSpan(at).IndexOf("\r\n"u8);
            var length = int.Parse(Encoding.ASCII.GetString(body.AsSpan(at..line)).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0)
            {
                return [.. content];
            }

            content.AddRange(body.AsSpan(line + 2, length));
            at = line + 2 + length + 2;
        }
    }

    private static (string Bucket, string Key) Names(Uri url) => Uri.UnescapeDataString(url.AbsolutePath).TrimStart('/').Split('/', 2) is [var bucket, .. var rest] ? (bucket, string.Concat(rest)) : ("", "");

    private static byte[] Xml(XElement element) => Encoding.UTF8.GetBytes(element.ToString());

#pragma warning disable CA5351 // It is what Amazon's tags are made of, and what its client compares.
    private static string Tag(byte[] content) => $"\"{Hex(MD5.HashData(content))}\"";
#pragma warning restore CA5351

    private static string HeadersOf(HttpListenerRequest request) => $"{request.ContentType}; {request.Headers["Cache-Control"]}";

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private sealed class Refused(int status, string code, string? region = null) : Exception(code)
    {
        public int Status => status;

        public string? Region => region;
    }
}
