using System.Collections.Concurrent;
using System.Net;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts;

/// <summary>A static web server as a place to read from. Needs nothing of it but files; uses ETag and ranges where it has them.</summary>
public sealed class HttpPlace : IPlace
{
    private const int AtOnce = 32;
    private readonly Uri _base;
    private readonly TimeProvider _clock;
    private readonly FetchOptions _options;
    private readonly Lazy<HttpLine> _line;

    /// <param name="url">Of the directory that the binhost is in; user and password may be in it.</param>
    /// <param name="options">Proxy and patience.</param>
    /// <param name="clock">Measures patience.</param>
    public HttpPlace(Uri url, FetchOptions options, TimeProvider clock)
    {
        _base = url.AbsolutePath.EndsWith('/') ? url : new UriBuilder(url) { Path = url.AbsolutePath + "/" }.Uri;
        (_clock, _options) = (clock, options);
        // Most runs ask no binhost, and an HTTP client costs more to make than such a run takes otherwise.
        _line = new(() => new(options, options.ConnectTimeout));
        Address = Redaction.Of(url.OriginalString);
    }

    /// <inheritdoc/>
    public string Address { get; }

    /// <inheritdoc/>
    public Task<PlaceDocument?> GetAsync(string path, PlaceDocument? known, CancellationToken cancel) => Guarded(async () =>
    {
        var watch = new StallWatch(_options.StallTimeout, _clock, cancel);
        var response = await SendAsync(HttpMethod.Get, path, request => Revalidate(request, known), watch);
        await using var body = await SteadyStream.OfAsync(response, watch, _options, _clock, cancel);
        if (response.StatusCode == HttpStatusCode.NotModified && known is not null)
        {
            return known;
        }

        return IsThere(response) ? new PlaceDocument(await body.ReadDocumentAsync(path, cancel), response.Headers.ETag?.ToString() ?? "") : null;
    });

    /// <inheritdoc/>
    public Task<Stream?> OpenBlobAsync(Digest digest, long offset, CancellationToken cancel) => Guarded<Stream?>(async () =>
    {
        var watch = new StallWatch(_options.StallTimeout, _clock, cancel);
        var response = await SendAsync(HttpMethod.Get, BinhostLayout.Blob(digest), request => request.Headers.Range = offset > 0 ? new(offset, null) : null, watch);
        var body = await SteadyStream.OfAsync(response, watch, _options, _clock, cancel);
        try
        {
            // Nothing is left of it: what the caller has is all of it, or not it at all.
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && offset > 0)
            {
                await body.DisposeAsync();
                return Stream.Null;
            }

            var isPart = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == offset;
            if (!isPart && !IsThere(response))
            {
                await body.DisposeAsync();
                return null;
            }

            await body.SkipAsync(isPart ? 0 : offset, cancel);
            return body;
        }
        catch
        {
            await body.DisposeAsync();
            throw;
        }
    });

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<Digest, long?>> FindBlobsAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancel) => Guarded<IReadOnlyDictionary<Digest, long?>>(async () =>
    {
        var found = new ConcurrentDictionary<Digest, long?>();
        await Parallel.ForEachAsync(digests, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (digest, stop) =>
        {
            using var watch = new StallWatch(_options.StallTimeout, _clock, stop);
            using var response = await SendAsync(HttpMethod.Head, BinhostLayout.Blob(digest), static _ => { }, watch);
            if (IsThere(response))
            {
                found[digest] = response.Content.Headers.ContentLength;
            }
        });
        return found;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_line.IsValueCreated)
        {
            _line.Value.Dispose();
        }
    }

    private static void Revalidate(HttpRequestMessage request, PlaceDocument? known)
    {
        // A cache on the way must ask the server, too: an old catalog would hide what was pushed.
        request.Headers.CacheControl = new() { NoCache = true };
        if (known is { Version.Length: > 0 })
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", known.Version);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage> prepare, StallWatch watch)
    {
        try
        {
            // Relative to the base, whose user and password Uri keeps.
            return await _line.Value.SendAsync(method, new Uri(_base, path), prepare, watch);
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>Whether the answer brings what was asked for; false if it is not there. Anything else is a failure.</summary>
    private bool IsThere(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.OK => true,
        HttpStatusCode.NotFound or HttpStatusCode.Gone => false,
        var status => throw new FetchFailure(
            FormattableString.Invariant($"{(int)status} {response.ReasonPhrase}").TrimEnd(),
            RetryPolicy.MayPass(status),
            RetryPolicy.RetryAfter(response.Headers.RetryAfter, _clock.GetUtcNow(), TimeSpan.MaxValue)),
    };

    private static async Task<T> Guarded<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (FetchFailure e)
        {
            throw new PlaceException(e.Message, e.MayPass, e.RetryAfter, e);
        }
    }
}
