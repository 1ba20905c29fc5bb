using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Registries;

namespace Buildit.Store.Registries;

/// <summary>A document about an image: an SBOM, a statement of how it was made.</summary>
/// <param name="MediaType">What it is; also the type of the artifact that holds it.</param>
/// <param name="FileName">For those who download it.</param>
/// <param name="Content">Its bytes.</param>
public sealed record ImageAttachment(string MediaType, string FileName, ReadOnlyMemory<byte> Content)
{
    /// <summary>Further words about it, by which it is found among others of its type.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}

/// <summary>Puts documents about an image beside it, as artifacts whose subject it is. The image is what it was before.</summary>
public sealed class ImageAttachments(RegistryClient registry)
{
    /// <summary>Attaches a document; what others have attached stays.</summary>
    public async Task AddAsync(Descriptor image, ImageAttachment attachment, CancellationToken cancel)
    {
        var layer = new Descriptor(attachment.MediaType, Digest.Of(attachment.Content.Span), attachment.Content.Length) { Title = attachment.FileName };
        var artifact = new ArtifactManifest(attachment.MediaType, [layer]) { Subject = image, Annotations = attachment.Annotations };
        await PutAsync(registry, Descriptor.Empty.Digest, Descriptor.EmptyContent.ToArray(), cancel);
        await PutAsync(registry, layer.Digest, attachment.Content, cancel);
        var bytes = artifact.Write();
        var isListed = await registry.PatientlyAsync(stop => registry.PutManifestAsync(Digest.Of(bytes).ToString(), ArtifactManifest.MediaType, bytes, stop), cancel);
        if (!isListed)
        {
            await RegistryReferrers.AddAsync(registry, image.Digest, artifact, Digest.Of(bytes).ToString(), cancel);
        }
    }

    /// <summary>Puts bytes as a blob if it is not there.</summary>
    internal static async Task PutAsync(RegistryClient registry, Digest digest, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        if (await registry.PatientlyAsync(stop => registry.FindBlobAsync(digest, stop), cancel) != content.Length)
        {
            await registry.PatientlyAsync(
                async stop =>
                {
                    await registry.PutBlobAsync(digest, content.Length, () => new MemoryStream(content.ToArray()), stop);
                    return true;
                },
                cancel);
        }
    }
}
