using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Buildit.Cli.Serving;

/// <summary>Answers requests for the files of a directory: whole, in part, or that nothing changed. Only reading is possible.</summary>
/// <param name="root">The directory, without links in it.</param>
internal sealed class FileAnswers(string root)
{
    private const int ChunkSize = 1 << 17;
    private readonly CompressedTexts _texts = new();

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        await using var file = ServedFile.Open(root, request.Path.Value ?? "");
        if (file is null)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        response.Headers.ETag = file.ETag;
        response.Headers.CacheControl = file.IsBlob ? "public, max-age=31536000, immutable" : "no-cache";
        if (Names(request.Headers.IfNoneMatch, file.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = file.Type;
        await SendAsync(request, response, file, context.RequestAborted);
    }

    private async Task SendAsync(HttpRequest request, HttpResponse response, ServedFile file, CancellationToken cancel)
    {
        if (file.IsText)
        {
            response.Headers.Vary = HeaderNames.AcceptEncoding;
            if (request.Headers.Range.Count == 0 && TakesGzip(request) && await _texts.OfAsync(file, cancel) is { } text)
            {
                // Other bytes than those of the file as it is: so another tag, which still names the same state.
                response.Headers.ETag = "W/" + file.ETag;
                response.Headers.ContentEncoding = "gzip";
                await SendAsync(request, response, text, cancel);
                return;
            }
        }

        var size = file.Content.Length;
        response.Headers.AcceptRanges = "bytes";
        if (RangeOf(request, file, size) is not { } range)
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{size}");
            return;
        }

        if (range.Length < size)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {range.Offset}-{range.Offset + range.Length - 1}/{size}");
        }

        response.ContentLength = range.Length;
        if (!HttpMethods.IsHead(request.Method))
        {
            await CopyAsync(file, range, response, cancel);
        }
    }

    private static async Task SendAsync(HttpRequest request, HttpResponse response, byte[] bytes, CancellationToken cancel)
    {
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(request.Method))
        {
            await response.Body.WriteAsync(bytes, cancel);
        }
    }

    private static async Task CopyAsync(ServedFile file, ByteRange range, HttpResponse response, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            for (var (at, end) = (range.Offset, range.Offset + range.Length); at < end;)
            {
                var read = await RandomAccess.ReadAsync(file.Content.SafeFileHandle, buffer.AsMemory(0, (int)Math.Min(ChunkSize, end - at)), at, cancel);
                if (read == 0)
                {
                    // It became shorter: a body that ends early says so.
                    response.HttpContext.Abort();
                    return;
                }

                await response.Body.WriteAsync(buffer.AsMemory(0, read), cancel);
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A part of another state than the one that the client has (If-Range) is of no use to it: it gets everything.</summary>
    private static ByteRange? RangeOf(HttpRequest request, ServedFile file, long size) =>
        ByteRange.Of(request.Headers.IfRange is { Count: > 0 } state && state != file.ETag ? null : request.Headers.Range.ToString(), size);

    /// <summary>Whether a list of tags has this one; by weak comparison, as RFC 9110, 13.1.2 wants it.</summary>
    private static bool Names(IEnumerable<string?> header, string tag) =>
        header.SelectMany(h => (h ?? "").Split(',', StringSplitOptions.TrimEntries)).Any(t => t == "*" || t == tag || (t.StartsWith("W/", StringComparison.Ordinal) && t[2..] == tag));

    private static bool TakesGzip(HttpRequest request) =>
        request.Headers.AcceptEncoding.SelectMany(h => (h ?? "").Split(',', StringSplitOptions.TrimEntries)).Any(e => e == "gzip" || (e.StartsWith("gzip;", StringComparison.Ordinal) && !e.EndsWith("q=0", StringComparison.Ordinal)));
}
