using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Buildit.Store.Fetching;

/// <summary>Opens http and https addresses, from an offset on where the server can do that. Every way to fail becomes a <see cref="FetchFailure"/>.</summary>
internal sealed class HttpSource : IDisposable
{
    private readonly FetchOptions _options;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _connectTimeout;
    private readonly HttpClient _client;
    private readonly DeadHosts _dead = new();

    public HttpSource(FetchOptions options, TimeSpan connectTimeout, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _connectTimeout = connectTimeout;
        var handler = new SocketsHttpHandler
        {
            // Followed here, where a step down from https can be refused and credentials kept from other hosts.
            AllowAutoRedirect = false,
            ConnectTimeout = connectTimeout,
            UseCookies = false,
            UseProxy = options.Proxy is not null,
            Proxy = options.Proxy is { } select ? new SelectedProxy(select) : null,
        };
        _client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("buildit/0.1");
        // A server that compresses on the way would break both the digest and the offsets.
        _client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity");
    }

    public void Dispose() => _client.Dispose();

    public async Task<Body> OpenAsync(Uri url, ResumePoint resume, StallWatch watch)
    {
        var address = url;
        for (var redirects = 0; ; redirects++)
        {
            var response = await SendAsync(address, resume, SelectedProxy.UserInfo(address), watch);
            if (!IsRedirect(response.StatusCode))
            {
                return await ToBodyAsync(response, resume);
            }

            var location = response.Headers.Location;
            response.Dispose();
            if (redirects == _options.MaxRedirects)
            {
                throw new FetchFailure($"redirected more than {_options.MaxRedirects} times");
            }

            address = NextAddress(address, location);
        }
    }

    /// <summary>Where a redirection leads. Credentials of the first address do not come along unless the server names them itself.</summary>
    public static Uri NextAddress(Uri from, Uri? location)
    {
        if (location is null)
        {
            throw new FetchFailure("redirected to nowhere");
        }

        var next = new Uri(from, location);
        if (next.Scheme != Uri.UriSchemeHttps && (next.Scheme != Uri.UriSchemeHttp || from.Scheme == Uri.UriSchemeHttps))
        {
            throw new FetchFailure($"redirected from {from.Scheme} to '{Redaction.Of(next)}', which is refused");
        }

        return next.UserInfo.Length == 0 && SameOrigin(from, next) ? new UriBuilder(next) { UserName = UserPart(from, 0), Password = UserPart(from, 1) }.Uri : next;
    }

    private static bool SameOrigin(Uri a, Uri b) => a.Scheme == b.Scheme && a.Authority == b.Authority;

    private static string UserPart(Uri address, int index) => address.UserInfo.Split(':', 2) is var parts && index < parts.Length ? parts[index] : "";

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private async Task<HttpResponseMessage> SendAsync(Uri address, ResumePoint resume, (string User, string Password)? user, StallWatch watch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(address) { UserName = "", Password = "", Fragment = "" }.Uri);
        if (user is var (name, password))
        {
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));
        }

        if (resume.Offset > 0)
        {
            request.Headers.Range = new(resume.Offset, null);
            request.Headers.TryAddWithoutValidation("If-Range", resume.Validator);
        }

        // Whom we connect to: a dead proxy says nothing about the host behind it.
        var peer = _options.Proxy?.Invoke(address) ?? address;
        _dead.ThrowIfDead(peer);
        try
        {
            return await watch.WaitAsync(async token => await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token));
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException)
        {
            throw _dead.Bury(peer, $"{peer.Host} could not be connected within {_connectTimeout.TotalSeconds:0.###} s", isSlow: true);
        }
        catch (HttpRequestException e)
        {
            throw Explain(e, peer);
        }
    }

    private FetchFailure Explain(HttpRequestException e, Uri peer) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => _dead.Bury(peer, $"there is no host named {peer.Host}"),
        HttpRequestError.ConnectionError => _dead.Bury(peer, $"{peer.Host} could not be connected: {Innermost(e)}"),
        HttpRequestError.ProxyTunnelError => new(Innermost(e)),
        HttpRequestError.SecureConnectionError => new($"TLS: {Innermost(e)}"),
        _ => new(Innermost(e), mayPass: true),
    };

    private static string Innermost(Exception e) => e.GetBaseException().Message.TrimEnd('.');

    private async Task<Body> ToBodyAsync(HttpResponseMessage response, ResumePoint resume)
    {
        try
        {
            var offset = Offset(response, resume);
            var content = await response.Content.ReadAsStreamAsync();
            return new(content, offset, offset + response.Content.Headers.ContentLength, Validator(response), response);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Where the answer starts. Throws if it is no answer that carries the file.</summary>
    private long Offset(HttpResponseMessage response, ResumePoint resume)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                return 0;
            case HttpStatusCode.PartialContent when resume.Offset > 0 && response.Content.Headers.ContentRange?.From == resume.Offset:
                return resume.Offset;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable when resume.Offset > 0:
                throw new ResumeRefused();
            case var status:
                var wait = RetryPolicy.RetryAfter(response.Headers.RetryAfter, _clock.GetUtcNow(), _options.MaxDelay);
                throw new FetchFailure(FormattableString.Invariant($"{(int)status} {response.ReasonPhrase}").TrimEnd(), RetryPolicy.MayPass(status), wait);
        }
    }

    private static string? Validator(HttpResponseMessage response) => response.Headers.ETag is { IsWeak: false } tag
        ? tag.ToString()
        : response.Content.Headers.LastModified?.ToString("r", CultureInfo.InvariantCulture);
}

/// <summary>The server has no such rest of the file: start from the beginning.</summary>
internal sealed class ResumeRefused : Exception;
