using System.Globalization;
using System.Net;
using Buildit.Core;
using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;
using Polly;

namespace Buildit.Store.Registries;

/// <summary>
/// The upload of one blob: a small one in one request, a large one in pieces, one after the other ("Pushing a blob in chunks" of the OCI distribution specification 1.1). When a piece breaks off, the
/// registry is asked how much has arrived, and it goes on there; one that has forgotten the upload gets a new one. One that takes no pieces gets the whole.
/// </summary>
/// <param name="line">To the repository.</param>
/// <param name="digest">Of the blob.</param>
/// <param name="size">Of the blob.</param>
/// <param name="open">Gives its bytes; asked again after a refusal.</param>
/// <param name="pieceSize">Of pieces; blobs that are no larger go in one request.</param>
/// <param name="retries">How often a forgotten upload is begun again.</param>
/// <param name="retry">Tries a piece again.</param>
internal sealed class RegistryUpload(RegistryLine line, Digest digest, long size, Func<Stream> open, int pieceSize, int retries, ResiliencePipeline retry)
{
    // A registry that wants larger pieces gets the whole: a piece is held in memory.
    private const int LargestPiece = 64 << 20;
    private const string LeastPiece = "OCI-Chunk-Min-Length";
    private const string ArrivedRange = "Range";
    private Uri _url = null!;
    private long _leastPiece;
    private long _arrived;
    private bool _isBroken;

    /// <summary>Carries it out. The blob is there then.</summary>
    public async Task PutAsync(CancellationToken cancel)
    {
        await BeginAsync(cancel);
        var piece = Math.Max(pieceSize, _leastPiece);
        if (size <= piece || piece > LargestPiece || !await SendPiecesAsync((int)piece, cancel))
        {
            await FinishAsync(watch => new StreamContent(new SentStream(open(), watch), 1 << 17) { Headers = { ContentLength = size } }, cancel);
        }
        else
        {
            await FinishAsync(static _ => new ByteArrayContent([]), cancel);
        }
    }

    private async Task BeginAsync(CancellationToken cancel)
    {
        var start = new Uri(line.Base, "blobs/uploads/");
        using var watch = line.Watch(cancel);
        using var response = await line.SendAsync(HttpMethod.Post, start, static request => request.Content = new ByteArrayContent([]), watch, cancel);
        await line.MustBeThereAsync(response, watch);
        (_url, _arrived) = (HttpLine.NextAddress(start, response.Headers.Location), 0);
        _leastPiece = response.Headers.TryGetValues(LeastPiece, out var said) && long.TryParse(said.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var least) ? least : 0;
    }

    /// <summary>Sends everything; false, and a new upload is begun, if the registry takes no pieces.</summary>
    private async Task<bool> SendPiecesAsync(int pieceSize, CancellationToken cancel)
    {
        await using var pieces = new BlobPieces(open, size, pieceSize);
        for (var forgotten = 0; _arrived < size;)
        {
            var isTaken = await retry.ExecuteAsync(
                async stop =>
                {
                    var isFirst = _arrived == 0 && forgotten == 0 && !_isBroken;
                    if (_isBroken && !await GoOnAsync(stop))
                    {
                        await BeginAgainAsync(++forgotten, stop);
                    }

                    return _arrived == size || await SendAsync(await pieces.FromAsync(_arrived, stop), isFirst, stop);
                },
                cancel);
            if (!isTaken)
            {
                await BeginAsync(cancel);
                return false;
            }
        }

        return true;
    }

    private async Task BeginAgainAsync(int forgotten, CancellationToken cancel)
    {
        if (forgotten > retries)
        {
            throw new PlaceException(string.Create(CultureInfo.InvariantCulture, $"broke off {forgotten} times while the blob {digest} was sent, and kept nothing of it"));
        }

        await BeginAsync(cancel);
    }

    /// <summary>Sends a piece; false if it is the first one, and the registry takes none at all.</summary>
    private async Task<bool> SendAsync(ArraySegment<byte> piece, bool isFirst, CancellationToken cancel)
    {
        _isBroken = true;
        using var watch = line.Watch(cancel);
        using var response = await line.SendAsync(
            HttpMethod.Patch,
            _url,
            request =>
            {
                request.Content = Bytes(new StreamContent(new SentStream(new MemoryStream(piece.Array!, piece.Offset, piece.Count, writable: false), watch), 1 << 17) { Headers = { ContentLength = piece.Count } });
                request.Content.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{_arrived}-{_arrived + piece.Count - 1}"));
            },
            watch,
            cancel);
        if (isFirst && response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.NotImplemented)
        {
            return false;
        }

        // It must be 202, and some say 201 or 204. A 200 is the answer to something else, such as that of a proxy.
        if (response.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.OK || !await line.IsThereAsync(response, watch))
        {
            throw new PlaceException(string.Create(CultureInfo.InvariantCulture, $"does not go on with an upload: {(int)response.StatusCode} {response.ReasonPhrase}"), mayPass: true);
        }

        (_isBroken, _arrived) = (false, _arrived + piece.Count);
        _url = Next(response);
        return true;
    }

    /// <summary>Asks how much has arrived; false if the registry has forgotten the upload, or cannot say.</summary>
    private async Task<bool> GoOnAsync(CancellationToken cancel)
    {
        using var watch = line.Watch(cancel);
        using var response = await line.SendAsync(HttpMethod.Get, _url, static _ => { }, watch, cancel);
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.MethodNotAllowed || !await line.IsThereAsync(response, watch))
        {
            return false;
        }

        if (!response.Headers.TryGetValues(ArrivedRange, out var said) || Arrived(said.First()) is not { } arrived || arrived > size)
        {
            return false;
        }

        (_url, _arrived) = (Next(response), arrived);
        return true;
    }

    private async Task FinishAsync(Func<StallWatch, HttpContent> content, CancellationToken cancel)
    {
        var name = $"digest={Uri.EscapeDataString(digest.ToString())}";
        var whole = new UriBuilder(_url) { Query = _url.Query.Length > 1 ? $"{_url.Query[1..]}&{name}" : name }.Uri;
        using var watch = line.Watch(cancel);
        using var sent = await line.SendAsync(HttpMethod.Put, whole, request => request.Content = Bytes(content(watch)), watch, cancel);
        await line.MustBeThereAsync(sent, watch);
    }

    // "0-LAST" (some say it as HTTP does otherwise, "bytes=0-LAST"). Where nothing has arrived there is no last byte, and "0-0" stands for that.
    private static long? Arrived(string range) =>
        !long.TryParse(range.AsSpan(range.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? null : last == 0 ? 0 : last + 1;

    private static HttpContent Bytes(HttpContent content)
    {
        content.Headers.ContentType = new("application/octet-stream");
        return content;
    }

    private Uri Next(HttpResponseMessage response) => response.Headers.Location is { } location ? HttpLine.NextAddress(_url, location) : _url;
}
