using System.Collections.Immutable;
using System.Net;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Registries;
using Buildit.Store.Binhosts;
using Buildit.Store.Compression;
using Buildit.Store.Fetching;

namespace Buildit.Store.Registries;

/// <summary>A manifest as a registry has it.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Digest">Of them.</param>
public sealed record StoredManifest(ReadOnlyMemory<byte> Content, Digest Digest);

/// <summary>
/// One repository of a registry, in the words of the OCI distribution specification 1.1. What is not there is null; all failures are <see cref="PlaceException"/>. Nothing is
/// tried again here, and blobs are believed by nobody: whoever reads them compares digests.
/// </summary>
/// <param name="address">Where it is.</param>
/// <param name="logins">Who asks, if it wants to know.</param>
/// <param name="options">Proxy and patience.</param>
/// <param name="clock">Measures patience.</param>
public sealed class RegistryClient(RegistryAddress address, RegistryLogins logins, FetchOptions options, TimeProvider clock) : IDisposable
{
    private const int Refusals = 3;

    // A line that is slower than this (4 KiB/s) is a server that plays dead.
    private const int LeastInWindow = 8 << 10;

    private static readonly string[] ManifestTypes =
        [ArtifactManifest.MediaType, OciIndex.MediaType, "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

    // Most runs ask no registry, and an HTTP client costs more to make than such a run takes otherwise.
    private readonly Lazy<(HttpLine Line, RegistryAccess Access)> _line = new(() => new HttpLine(options, options.ConnectTimeout) is var line ? (line, new RegistryAccess(address, logins, line)) : default);

    /// <summary>Where it is.</summary>
    public RegistryAddress Address => address;

    private Uri Base => new(address.Api, $"v2/{address.Repository}/");

    /// <summary>The size of a blob; null if it is not there.</summary>
    public Task<long?> FindBlobAsync(Digest digest, CancellationToken cancel) => Guarded<long?>(async () =>
    {
        using var watch = Watch(cancel);
        using var response = await SendAsync(HttpMethod.Head, BlobUrl(digest), static _ => { }, watch, cancel);
        return await IsThereAsync(response, watch) ? response.Content.Headers.ContentLength ?? throw new PlaceException($"does not say how long the blob {digest} is") : null;
    });

    /// <summary>The bytes of a blob from an offset on; null if it is not there.</summary>
    public Task<Stream?> OpenBlobAsync(Digest digest, long offset, CancellationToken cancel) => Guarded<Stream?>(async () =>
    {
        var watch = Watch(cancel);
        try
        {
            var response = await SendAsync(HttpMethod.Get, BlobUrl(digest), request => request.Headers.Range = offset > 0 ? new(offset, null) : null, watch, cancel);
            return await BodyAsync(response, offset, watch, cancel);
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    });

    /// <summary>Puts a blob that is not there yet: takes it from another repository of the registry where that has it and we may, else uploads it whole.</summary>
    /// <param name="digest">Of the blob.</param>
    /// <param name="size">Of the blob.</param>
    /// <param name="open">Gives its bytes; asked again after a refusal.</param>
    /// <param name="from">The other repository, or null.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Whether it was uploaded.</returns>
    public Task<bool> PutBlobAsync(Digest digest, long size, Func<Stream> open, string? from, CancellationToken cancel) => Guarded(async () =>
    {
        var start = new Uri(Base, "blobs/uploads/" + (from is null ? "" : $"?mount={Uri.EscapeDataString(digest.ToString())}&from={Uri.EscapeDataString(from)}"));
        using var watch = Watch(cancel);
        Uri upload;
        using (var started = await SendAsync(HttpMethod.Post, start, static request => request.Content = new ByteArrayContent([]), watch, cancel))
        {
            await MustBeThereAsync(started, watch);
            if (started.StatusCode == HttpStatusCode.Created)
            {
                return false;
            }

            upload = HttpLine.NextAddress(start, started.Headers.Location);
        }

        var whole = new UriBuilder(upload) { Query = upload.Query.Length > 1 ? $"{upload.Query[1..]}&digest={Uri.EscapeDataString(digest.ToString())}" : $"digest={Uri.EscapeDataString(digest.ToString())}" }.Uri;
        using var sent = await SendAsync(HttpMethod.Put, whole, request => request.Content = Content(new SentStream(open(), watch), size), watch, cancel);
        await MustBeThereAsync(sent, watch);
        return true;
    });

    /// <summary>A manifest by its tag or digest; null if it is not there.</summary>
    public Task<StoredManifest?> GetManifestAsync(string reference, CancellationToken cancel) => Guarded<StoredManifest?>(async () =>
    {
        var watch = Watch(cancel);
        var response = await SendAsync(HttpMethod.Get, ManifestUrl(reference), request => Array.ForEach(ManifestTypes, t => request.Headers.Accept.ParseAdd(t)), watch, cancel);
        if (await BodyAsync(response, 0, watch, cancel) is not { } body)
        {
            return null;
        }

        await using (body)
        {
            var content = await body.ReadDocumentAsync(reference, cancel);
            var digest = Digest.Of(content.Span);
            return content.Span.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..] ? throw new PlaceException($"is no registry: it sends {ContentKind.Detect(content.Span[..Math.Min(512, content.Length)]).Description} as '{reference}'")
                : response.Headers.TryGetValues("Docker-Content-Digest", out var said) && Digest.TryParse(said.First(), out var right) && right != digest ? throw new PlaceException($"sends other bytes as '{reference}' than it says", mayPass: true)
                : new(content, digest);
        }
    });

    /// <summary>Puts a manifest under a tag or its digest. All blobs that it names must be there.</summary>
    /// <returns>Whether the registry itself tells those who ask for what its subject has.</returns>
    public Task<bool> PutManifestAsync(string reference, string mediaType, ReadOnlyMemory<byte> content, CancellationToken cancel) => Guarded(async () =>
    {
        using var watch = Watch(cancel);
        using var response = await SendAsync(HttpMethod.Put, ManifestUrl(reference), request => request.Content = new ReadOnlyMemoryContent(content) { Headers = { ContentType = new(mediaType) } }, watch, cancel);
        if (response.StatusCode == HttpStatusCode.BadRequest)
        {
            // Files of docker-registry are not whole while another request writes the same manifest, and then it takes our bytes for wrong ones.
            throw new PlaceException($"does not take the manifest '{reference}': 400 Bad Request{await RegistryAnswer.WordsAsync(response, watch)}", mayPass: true);
        }

        await MustBeThereAsync(response, watch);
        return response.Headers.Contains("OCI-Subject");
    });

    /// <summary>The tags that begin with a text which is a tag itself, in no order; that tag not among them.</summary>
    public Task<ImmutableArray<string>> FindTagsAsync(string prefix, CancellationToken cancel) => Guarded(async () =>
    {
        var found = ImmutableArray.CreateBuilder<string>();
        for (var page = new Uri(Base, $"tags/list?n=1000&last={prefix}"); page is not null;)
        {
            var watch = Watch(cancel);
            var response = await SendAsync(HttpMethod.Get, page, static _ => { }, watch, cancel);
            if (await BodyAsync(response, 0, watch, cancel) is not { } body)
            {
                break;
            }

            await using (body)
            {
                var tags = RegistryTags.Read(await body.ReadDocumentAsync("tags/list", cancel));
                found.AddRange(tags.Where(t => t.Length > prefix.Length && t.StartsWith(prefix, StringComparison.Ordinal)));
                // They come in order, so that behind others nothing is to be expected.
                page = tags is [.., var last] && (last.StartsWith(prefix, StringComparison.Ordinal) || string.CompareOrdinal(last, prefix) < 0) ? RegistryTags.NextPage(page, response) : null;
            }
        }

        return found.ToImmutable();
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_line.IsValueCreated)
        {
            _line.Value.Access.Dispose();
            _line.Value.Line.Dispose();
        }
    }

    private static StreamContent Content(Stream stream, long size) => new(stream, 1 << 17) { Headers = { ContentLength = size, ContentType = new("application/octet-stream") } };

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
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw new PlaceException($"broke off: {e.GetBaseException().Message.TrimEnd('.')}", mayPass: true, inner: e);
        }
    }

    private Uri BlobUrl(Digest digest) => new(Base, $"blobs/{digest}");

    private Uri ManifestUrl(string reference) => new(Base, $"manifests/{reference}");

    private StallWatch Watch(CancellationToken cancel) => new(options.StallTimeout, clock, cancel);

    private Task<bool> IsThereAsync(HttpResponseMessage response, StallWatch watch) => RegistryAnswer.IsThereAsync(response, _line.Value.Access, clock, watch);

    private async Task MustBeThereAsync(HttpResponseMessage response, StallWatch watch)
    {
        if (!await IsThereAsync(response, watch))
        {
            throw new PlaceException($"has no repository '{address.Repository}' that can be written to: 404 Not Found");
        }
    }

    /// <summary>The body from an offset on; null if it is not there. Takes the answer and the watch over.</summary>
    private async Task<Stream?> BodyAsync(HttpResponseMessage response, long offset, StallWatch watch, CancellationToken cancel)
    {
        var body = new SteadyStream(await response.Content.ReadAsStreamAsync(cancel), response, watch, options.StallTimeout, LeastInWindow, clock);
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

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri url, Action<HttpRequestMessage> prepare, StallWatch watch, CancellationToken cancel)
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
}
