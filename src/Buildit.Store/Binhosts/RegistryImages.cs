using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Registries;
using Buildit.Store.Fetching;
using Buildit.Store.Registries;

namespace Buildit.Store.Binhosts;

/// <summary>The images of a binhost as a registry's own, so that everybody's tools can pull them: an image of the index has its name as a tag of the repository.</summary>
internal sealed class RegistryImages(RegistryClient registry)
{
    /// <summary>Puts the images of an index that an earlier state did not have. Their blobs must be there.</summary>
    public async Task PublishAsync(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, CancellationToken cancel)
    {
        var known = OciIndex.Tagged(before) ?? [];
        foreach (var images in (OciIndex.Tagged(after) ?? []).GroupBy(i => i.Tag!).Where(g => g.Any(i => !known.Contains(i))).Select(g => g.ToArray()))
        {
            foreach (var image in images)
            {
                var tag = images.Length == 1 ? RegistryNames.Image(image.Tag!) : image.Digest.ToString();
                await registry.PutManifestAsync(tag, ArtifactManifest.MediaType, await ManifestAsync(image, cancel), cancel);
            }

            if (images.Length > 1)
            {
                // One for each platform, under one name.
                var index = images.Aggregate(OciIndex.Empty, (sum, image) => OciIndex.Add(sum, image)!);
                await registry.PutManifestAsync(RegistryNames.Image(images[0].Tag!), OciIndex.MediaType, index, cancel);
            }
        }
    }

    private async Task<ReadOnlyMemory<byte>> ManifestAsync(OciIndexEntry image, CancellationToken cancel)
    {
        await using var stream = await registry.OpenBlobAsync(image.Digest, 0, cancel) ?? throw new PlaceException($"lacks the manifest of '{image.Tag}'");
        var bytes = await stream.ReadDocumentAsync(image.Tag!, cancel);
        return Digest.Of(bytes.Span) == image.Digest ? bytes : throw new PlaceException($"sends another manifest of '{image.Tag}' than its digest says");
    }
}
