using System.Collections.Immutable;
using System.Net;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Registries;
using Buildit.Store.Binhosts;
using Buildit.Store.Compression;
using Buildit.Store.Fetching;
using Polly;

namespace Buildit.Store.Registries;

/// <summary>
/// One repository of a registry, in the words of the OCI distribution specification 1.1. What is not there is null; all failures are <see cref="PlaceException"/>. Nothing is
/// tried again here but pieces of large blobs, and blobs are believed by nobody: whoever reads them compares digests.
/// </summary>
/// <param name="address">Where it is.</param>
/// <param name="logins">Who asks, if it wants to know.</param>
/// <param name="options">Proxy and patience.</param>
/// <param name="clock">Measures patience.</param>
/// <param name="pieceSize">Blobs that are larger are uploaded in pieces of so many bytes.</param>
public sealed class RegistryClient(RegistryAddress address, RegistryLogins logins, FetchOptions options, TimeProvider clock, int pieceSize = 16 << 20) : IDisposable
{
    private static readonly string[] ManifestTypes =
        [ArtifactManifest.MediaType, OciIndex.MediaType, "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

    private readonly RegistryLine _line = new(address, logins, options, clock);
    private readonly Lazy<ResiliencePipeline> _retry = new(() => RetryPolicy.Create(options, clock));

    /// <summary>The size of a blob; null if it is not there.</summary>
    public Task<long?> FindBlobAsync(Digest digest, CancellationToken cancel) => RegistryLine.Guarded<long?>(async () =>
    {
        using var watch = _line.Watch(cancel);
        using var response = await _line.SendAsync(HttpMethod.Head, BlobUrl(digest), static _ => { }, watch, cancel);
        return await _line.IsThereAsync(response, watch) ? response.Content.Headers.ContentLength ?? throw new PlaceException($"does not say how long the blob {digest} is") : null;
    });

    /// <summary>The bytes of a blob from an offset on; null if it is not there.</summary>
    public Task<Stream?> OpenBlobAsync(Digest digest, long offset, CancellationToken cancel) => RegistryLine.Guarded<Stream?>(async () =>
    {
        var watch = _line.Watch(cancel);
        try
        {
            var response = await _line.SendAsync(HttpMethod.Get, BlobUrl(digest), request => request.Headers.Range = offset > 0 ? new(offset, null) : null, watch, cancel);
            return await _line.BodyAsync(response, offset, watch, cancel);
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    });

    /// <summary>Puts a blob that is not there yet: a large one in pieces, of which only those are sent again that did not arrive.</summary>
    /// <param name="digest">Of the blob.</param>
    /// <param name="size">Of the blob.</param>
    /// <param name="open">Gives its bytes; asked again after a refusal.</param>
    /// <param name="cancel">Ends it.</param>
    public Task PutBlobAsync(Digest digest, long size, Func<Stream> open, CancellationToken cancel) => RegistryLine.Guarded(async () =>
    {
        await new RegistryUpload(_line, digest, size, open, pieceSize, options.Retries, _retry.Value).PutAsync(cancel);
        return true;
    });

    /// <summary>A manifest by its tag or digest; null if it is not there.</summary>
    public Task<ReadOnlyMemory<byte>?> GetManifestAsync(string reference, CancellationToken cancel) => RegistryLine.Guarded<ReadOnlyMemory<byte>?>(async () =>
    {
        var watch = _line.Watch(cancel);
        var response = await _line.SendAsync(HttpMethod.Get, ManifestUrl(reference), request => Array.ForEach(ManifestTypes, t => request.Headers.Accept.ParseAdd(t)), watch, cancel);
        if (await _line.BodyAsync(response, 0, watch, cancel) is not { } body)
        {
            return null;
        }

        await using (body)
        {
            var content = await body.ReadDocumentAsync(reference, cancel);
            return content.Span.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..] ? throw new PlaceException($"is no registry: it sends {ContentKind.Detect(content.Span[..Math.Min(512, content.Length)]).Description} as '{reference}'")
                : response.Headers.TryGetValues("Docker-Content-Digest", out var said) && Digest.TryParse(said.First(), out var right) && right != Digest.Of(content.Span) ? throw new PlaceException($"sends other bytes as '{reference}' than it says", mayPass: true)
                : content;
        }
    });

    /// <summary>Puts a manifest under a tag or its digest. All blobs that it names must be there.</summary>
    /// <returns>Whether the registry itself tells those who ask for what its subject has.</returns>
    public Task<bool> PutManifestAsync(string reference, string mediaType, ReadOnlyMemory<byte> content, CancellationToken cancel) => RegistryLine.Guarded(async () =>
    {
        using var watch = _line.Watch(cancel);
        using var response = await _line.SendAsync(HttpMethod.Put, ManifestUrl(reference), request => request.Content = new ReadOnlyMemoryContent(content) { Headers = { ContentType = new(mediaType) } }, watch, cancel);
        if (response.StatusCode == HttpStatusCode.BadRequest)
        {
            // Files of docker-registry are not whole while another request writes the same manifest, and then it takes our bytes for wrong ones.
            throw new PlaceException($"does not take the manifest '{reference}': 400 Bad Request{await RegistryAnswer.WordsAsync(response, watch)}", mayPass: true);
        }

        await _line.MustBeThereAsync(response, watch);
        return response.Headers.Contains("OCI-Subject");
    });

    /// <summary>The tags that begin with a text which is a tag itself, in no order; that tag not among them.</summary>
    public Task<ImmutableArray<string>> FindTagsAsync(string prefix, CancellationToken cancel) => RegistryLine.Guarded(async () =>
    {
        var found = ImmutableArray.CreateBuilder<string>();
        for (var page = new Uri(_line.Base, $"tags/list?n=1000&last={prefix}"); page is not null;)
        {
            var watch = _line.Watch(cancel);
            var response = await _line.SendAsync(HttpMethod.Get, page, static _ => { }, watch, cancel);
            if (await _line.BodyAsync(response, 0, watch, cancel) is not { } body)
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
    public void Dispose() => _line.Dispose();

    private Uri BlobUrl(Digest digest) => new(_line.Base, $"blobs/{digest}");

    private Uri ManifestUrl(string reference) => new(_line.Base, $"manifests/{reference}");
}
