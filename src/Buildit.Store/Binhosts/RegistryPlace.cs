using System.Collections.Concurrent;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Registries;
using Buildit.Store.Fetching;
using Buildit.Store.Registries;

namespace Buildit.Store.Binhosts;

/// <summary>
/// A repository of an OCI registry as a place: blobs are its blobs, documents are artifacts under a tag of their own. It has no catalog, since its tags are one: a record's is its key.
/// </summary>
public sealed class RegistryPlace : IWritablePlace
{
    private const int AtOnce = 32;
    private readonly RegistryClient _registry;
    private readonly RegistryBlobs _blobs;
    private readonly RegistryDocuments _documents;

    private RegistryPlace(RegistryAddress address, string text, RegistryLogins logins, FetchOptions options, TimeProvider clock)
    {
        (_registry, Address) = (new(address, logins, options, clock), text);
        _blobs = new(_registry);
        _documents = new(_registry, _blobs);
    }

    /// <inheritdoc/>
    public string Address { get; }

    /// <inheritdoc/>
    public bool FindsByName => true;

    /// <summary>Why an address is none of a repository; null if it is one.</summary>
    public static string? Objection(string address) => RegistryAddress.Parse(address, out var objection) is { } found && (found.Tag is not null || found.Digest is not null) ? "a binhost is a whole repository: leave tag and digest out" : objection;

    /// <summary>The place at an address that there is no objection to.</summary>
    /// <param name="address"><c>oci://HOST[:PORT]/REPOSITORY</c>.</param>
    /// <param name="logins">Who asks.</param>
    /// <param name="options">Proxy and patience.</param>
    /// <param name="clock">Measures patience.</param>
    public static RegistryPlace At(string address, RegistryLogins logins, FetchOptions options, TimeProvider clock) =>
        new(RegistryAddress.Parse(address, out var objection) ?? throw new PlaceException(objection!), address, logins, options, clock);

    /// <inheritdoc/>
    public async Task<PlaceDocument?> GetAsync(string path, PlaceDocument? known, CancellationToken cancel) =>
        await _documents.FindAsync(RegistryNames.Tag(path), cancel) is not { } found ? null
        : known is not null && Digest.Of(found.Content.Span).Hex is var version && known.Version == version ? known
        : new(found.Content, Digest.Of(found.Content.Span).Hex);

    /// <inheritdoc/>
    public Task<Stream?> OpenBlobAsync(Digest digest, long offset, CancellationToken cancel) => _registry.OpenBlobAsync(digest, offset, cancel);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<Digest, long?>> FindBlobsAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancel)
    {
        var found = new ConcurrentDictionary<Digest, long?>();
        await Parallel.ForEachAsync(digests, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (digest, stop) =>
        {
            if (await _blobs.FindAsync(digest, stop) is { } size)
            {
                found[digest] = size;
            }
        });
        return found;
    }

    /// <inheritdoc/>
    public Task PutBlobAsync(Digest digest, long size, Func<Stream> open, CancellationToken cancel) => _blobs.PutAsync(digest, size, open, cancel);

    /// <inheritdoc/>
    public Task UpdateAsync(string path, Func<ReadOnlyMemory<byte>?, Task<ReadOnlyMemory<byte>?>> change, CancellationToken cancel) => _documents.UpdateAsync(path, change, cancel);

    /// <inheritdoc/>
    public async Task LinkAsync(string path, Digest blob, CancellationToken cancel)
    {
        var size = await _blobs.FindAsync(blob, cancel) ?? throw new PlaceException($"lacks the blob {blob}");
        await _documents.PutAsync(RegistryNames.Tag(path), new(RegistryNames.FileType, [new("application/octet-stream", blob, size) { Title = path[(path.LastIndexOf('/') + 1)..] }]), cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _registry.Dispose();
}
