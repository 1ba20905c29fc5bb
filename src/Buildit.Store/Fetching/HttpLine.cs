using System.Net;
using System.Text;

namespace Buildit.Store.Fetching;

/// <summary>
/// Sends requests over http and https: follows redirections where that is safe, keeps credentials to their origin, asks for the proxy of each address, and
/// remembers which hosts are dead. Every way to fail becomes a <see cref="FetchFailure"/>.
/// </summary>
internal sealed class HttpLine : IDisposable
{
    private readonly FetchOptions _options;
    private readonly TimeSpan _connectTimeout;
    private readonly HttpClient _client;
    private readonly DeadHosts _dead = new();

    public HttpLine(FetchOptions options, TimeSpan connectTimeout)
    {
        _options = options;
        _connectTimeout = connectTimeout;
        // HTTP/2 where TLS offers it.
        _client = new(Handler(options, connectTimeout)) { Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version20 };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("buildit/0.1");
        // A server that compresses on the way would break both the digest and the offsets.
        _client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity");
    }

    public void Dispose() => _client.Dispose();

    /// <summary>How all lines connect.</summary>
    public static SocketsHttpHandler Handler(FetchOptions options, TimeSpan connectTimeout) => new()
    {
        // Followed here, where a step down from https can be refused and credentials kept from other hosts.
        AllowAutoRedirect = false,
        ConnectTimeout = connectTimeout,
        UseCookies = false,
        UseProxy = options.Proxy is not null,
        Proxy = options.Proxy is { } select ? new SelectedProxy(select) : null,
    };

    /// <summary>The answer that is no redirection, its body not read yet.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri url, Action<HttpRequestMessage> prepare, StallWatch watch)
    {
        var address = url;
        for (var redirects = 0; ; redirects++)
        {
            var response = await SendOnceAsync(method, address, prepare, watch);
            if (!IsRedirect(response.StatusCode))
            {
                return response;
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

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri address, Action<HttpRequestMessage> prepare, StallWatch watch)
    {
        // HttpClient's own default version counts for its shortcuts only.
        using var request = new HttpRequestMessage(method, new UriBuilder(address) { UserName = "", Password = "", Fragment = "" }.Uri) { Version = _client.DefaultRequestVersion };
        if (SelectedProxy.UserInfo(address) is var (name, password))
        {
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));
        }

        prepare(request);

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
}
