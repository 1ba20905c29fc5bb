using System.Net;
using Buildit.Core.Registries;
using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;

namespace Buildit.Store.Registries;

/// <summary>Requests about one repository of a registry: who asks, how long is waited, and what the answers mean. Nothing is tried again here.</summary>
/// <param name="address">Where it is.</param>
/// <param name="logins">Who asks, if it wants to know.</param>
/// <param name="options">Proxy and patience.</param>
/// <param name="clock">Measures patience.</param>
internal sealed class RegistryLine(RegistryAddress address, RegistryLogins logins, FetchOptions options, TimeProvider clock) : IDisposable
{
    private const int Refusals = 3;

    // Most runs ask no registry, and an HTTP client costs more to make than such a run takes otherwise.
    private readonly Lazy<(HttpLine Line, RegistryAccess Access)> _line = new(() => new HttpLine(options, options.ConnectTimeout) is var line ? (line, new RegistryAccess(address, logins, line)) : default);

    /// <summary>What all addresses of the repository begin with.</summary>
    public Uri Base => new(address.Api, $"v2/{address.Repository}/");

    /// <summary>All failures of the network as <see cref="PlaceException"/>.</summary>
    public static async Task<T> Guarded<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (FetchFailure e)
        {
            throw new PlaceException(e.Message, e.MayPass, e.RetryAfter, e);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw new PlaceException($"broke off: {e.GetBaseException().Message.TrimEnd('.')}", mayPass: true, inner: e);
        }
    }

    /// <summary>Patience with one request and its answer.</summary>
    public StallWatch Watch(CancellationToken cancel) => new(options.StallTimeout, clock, cancel);

    /// <summary>Asks, as whoever the registry lets in; gives its answer whatever that is, the body not read yet.</summary>
    /// <param name="method">How.</param>
    /// <param name="url">Where.</param>
    /// <param name="prepare">Adds headers and content: again for each time that it is asked.</param>
    /// <param name="watch">Patience.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri url, Action<HttpRequestMessage> prepare, StallWatch watch, CancellationToken cancel)
    {
        var (line, access) = _line.Value;
        for (var refusals = 0; ; refusals++)
        {
            var header = access.Header;
            var response = await line.SendAsync(method, url, request =>
            {
                // Not to where a registry keeps its blobs, which has its own permission in the address.
                request.Headers.Authorization = request.RequestUri!.Authority == address.Api.Authority ? header : null;
                prepare(request);
            }, watch);
            if (response.StatusCode != HttpStatusCode.Unauthorized || refusals == Refusals || !await access.AnswerAsync(header, [.. response.Headers.WwwAuthenticate], watch, cancel))
            {
                return response;
            }

            response.Dispose();
        }
    }

    /// <inheritdoc cref="RegistryAnswer.IsThereAsync"/>
    public Task<bool> IsThereAsync(HttpResponseMessage response, StallWatch watch) => RegistryAnswer.IsThereAsync(response, _line.Value.Access, clock, watch);

    /// <summary>Throws if the repository, or what was asked of it, is not there, as for any other failure.</summary>
    public async Task MustBeThereAsync(HttpResponseMessage response, StallWatch watch)
    {
        if (!await IsThereAsync(response, watch))
        {
            throw new PlaceException($"has no repository '{address.Repository}' that can be written to: 404 Not Found");
        }
    }

    /// <summary>The body from an offset on; null if it is not there. Takes the answer and the watch over.</summary>
    public async Task<Stream?> BodyAsync(HttpResponseMessage response, long offset, StallWatch watch, CancellationToken cancel)
    {
        var body = await SteadyStream.OfAsync(response, watch, options, clock, cancel);
        try
        {
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && offset > 0)
            {
                await body.DisposeAsync();
                return Stream.Null;
            }

            if (!await IsThereAsync(response, watch))
            {
                await body.DisposeAsync();
                return null;
            }

            var isPart = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == offset;
            await body.SkipAsync(isPart ? 0 : offset, cancel);
            return body;
        }
        catch
        {
            await body.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_line.IsValueCreated)
        {
            _line.Value.Access.Dispose();
            _line.Value.Line.Dispose();
        }
    }
}
