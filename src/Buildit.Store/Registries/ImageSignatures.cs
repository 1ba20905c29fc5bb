using Buildit.Core;
using Buildit.Core.Records;
using Buildit.Core.Registries;
using Buildit.Core.Trust;
using Buildit.Store.Fetching;
using Buildit.Store.Trust;

namespace Buildit.Store.Registries;

/// <summary>Signatures and attestations of images, where cosign puts them and looks for them.</summary>
public sealed class ImageSignatures(RegistryClient registry)
{
    // Two who sign at once may each overwrite what the other has just put under the tag.
    private const int MostTries = 5;

    /// <summary>Signs an image. False if this key has signed it there before.</summary>
    /// <param name="image">Of its manifest or index, which is there.</param>
    /// <param name="key">Whose signature.</param>
    /// <param name="memory">Signatures that were made before.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<bool> SignAsync(Digest image, SigningKey key, StoreIndex memory, CancellationToken cancel)
    {
        var payload = CosignPayload.Of(registry.Address.Name, image);
        var layer = CosignLayer.OfSignature(payload, key.Sign(payload, memory));
        return await AddAsync(CosignManifest.SignatureTag(image), layer, payload, l => l.Content.Digest == layer.Content.Digest && l.Signature is { } s && key.Public.Verifies(payload, s), cancel);
    }

    /// <summary>Adds a signed statement about an image. False if it is there.</summary>
    /// <param name="image">Of its manifest or index, which is there.</param>
    /// <param name="envelope">The statement, with its signatures.</param>
    /// <param name="predicateType">What kind of statement it is.</param>
    /// <param name="cancel">Ends it.</param>
    public Task<bool> AttestAsync(Digest image, Envelope envelope, string predicateType, CancellationToken cancel)
    {
        var bytes = envelope.Bare.Write();
        return AddAsync(CosignManifest.AttestationTag(image), CosignLayer.OfEnvelope(bytes, predicateType), bytes, l => l.Content.Digest == Digest.Of(bytes), cancel);
    }

    /// <summary>The first of these keys that has signed an image; null if none has.</summary>
    public async Task<PublicKey?> FindSignerAsync(Digest image, IReadOnlyCollection<PublicKey> keys, CancellationToken cancel)
    {
        var manifest = await FindAsync(CosignManifest.SignatureTag(image), cancel);
        foreach (var layer in manifest?.Layers ?? [])
        {
            if (layer.Signature is { } signature && await ReadAsync(layer.Content.Digest, cancel) is { } payload && CosignPayload.ImageOf(payload) == image
                && keys.FirstOrDefault(k => k.Verifies(payload.Span, signature)) is { } signer)
            {
                return signer;
            }
        }

        return null;
    }

    private async Task<bool> AddAsync(string tag, CosignLayer layer, ReadOnlyMemory<byte> content, Func<CosignLayer, bool> isIt, CancellationToken cancel)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var before = await FindAsync(tag, cancel);
            if (before?.Layers.Any(isIt) == true)
            {
                return tries > 0;
            }

            var after = new CosignManifest([.. before?.Layers ?? [], layer]);
            var config = after.WriteConfig();
            await ImageAttachments.PutAsync(registry, layer.Content.Digest, content, cancel);
            await ImageAttachments.PutAsync(registry, Digest.Of(config), config, cancel);
            await registry.PatientlyAsync(stop => registry.PutManifestAsync(tag, ArtifactManifest.MediaType, after.Write(), stop), cancel);
        }

        throw new PlaceException($"does not keep what is put under the tag '{tag}': others write there all the time");
    }

    private async Task<CosignManifest?> FindAsync(string tag, CancellationToken cancel) =>
        await registry.PatientlyAsync(stop => registry.GetManifestAsync(tag, stop), cancel) is { } bytes ? CosignManifest.Read(bytes) ?? throw new PlaceException($"has something else than signatures as '{tag}'") : null;

    private async Task<ReadOnlyMemory<byte>?> ReadAsync(Digest digest, CancellationToken cancel)
    {
        await using var stream = await registry.PatientlyAsync(stop => registry.OpenBlobAsync(digest, 0, stop), cancel);
        var bytes = stream is null ? default(ReadOnlyMemory<byte>?) : await stream.ReadDocumentAsync(digest.ToString(), cancel);
        return bytes is { } read && Digest.Of(read.Span) == digest ? read : null;
    }
}
