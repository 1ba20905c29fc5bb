using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;

namespace Buildit.Store.Registries;

/// <summary>A blob of an image, wherever its bytes are.</summary>
/// <param name="Descriptor">What it is.</param>
/// <param name="Open">Gives its bytes, as often as they are asked for.</param>
public sealed record ImageBlob(Descriptor Descriptor, Func<Stream> Open);

/// <summary>An image as others get it.</summary>
/// <param name="Documents">Each behind those that it names; the last is the image.</param>
/// <param name="Blobs">Configurations and layers of all.</param>
public sealed record PortableImage(ImmutableArray<ImageDocument> Documents, ImmutableArray<ImageBlob> Blobs)
{
    /// <summary>The image itself.</summary>
    public ImageDocument Image => Documents[^1];
}

/// <summary>What an upload took.</summary>
/// <param name="Sent">Blobs.</param>
/// <param name="Bytes">Of those.</param>
/// <param name="Mounted">Blobs that the registry took from another repository of its own.</param>
/// <param name="There">Blobs that were there.</param>
public sealed record UploadReport(int Sent, long Bytes, int Mounted, int There);

/// <summary>Puts an image into a repository: blobs that are not there, several at once; then what names them; then the tag. Whoever reads meanwhile sees the image before, or this one.</summary>
/// <param name="registry">The repository.</param>
/// <param name="elsewhere">Another repository of the registry that has a blob, if any is known.</param>
/// <param name="begun">Told of each blob that is sent.</param>
public sealed class ImageUpload(RegistryClient registry, Func<Digest, string?> elsewhere, Action<Descriptor> begun)
{
    private const int AtOnce = 4;
    private int _sent;
    private int _mounted;
    private int _there;
    private long _bytes;

    /// <summary>Carries it out.</summary>
    /// <param name="image">What.</param>
    /// <param name="tag">Its name.</param>
    /// <param name="cancel">Ends it; what was put stays, and the next upload goes on from there.</param>
    public async Task<UploadReport> RunAsync(PortableImage image, string tag, CancellationToken cancel)
    {
        var blobs = image.Blobs.DistinctBy(b => b.Descriptor.Digest).Select(b => (Blob: b, From: elsewhere(b.Descriptor.Digest))).ToArray();
        await Parallel.ForEachAsync(blobs, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (b, stop) => await PutAsync(b.Blob, b.From, stop));
        foreach (var document in image.Documents)
        {
            var reference = document == image.Image ? tag : document.Digest.ToString();
            await registry.PatientlyAsync(stop => registry.PutManifestAsync(reference, document.MediaType, document.Bytes, stop), cancel);
        }

        return new(_sent, _bytes, _mounted, _there);
    }

    private async Task PutAsync(ImageBlob blob, string? from, CancellationToken cancel)
    {
        var (digest, size) = (blob.Descriptor.Digest, blob.Descriptor.Size);
        if (await registry.PatientlyAsync(stop => registry.FindBlobAsync(digest, stop), cancel) == size)
        {
            Interlocked.Increment(ref _there);
        }
        else if (from is not null && from != registry.Address.Repository && await registry.PatientlyAsync(stop => registry.MountBlobAsync(digest, from, stop), cancel))
        {
            Interlocked.Increment(ref _mounted);
        }
        else
        {
            begun(blob.Descriptor);
            await Task.Run(() => Verify(blob), cancel);
            await registry.PatientlyAsync(async stop => await PutAsync(blob, stop), cancel);
            Interlocked.Increment(ref _sent);
            Interlocked.Add(ref _bytes, size);
        }
    }

    private async Task<bool> PutAsync(ImageBlob blob, CancellationToken cancel)
    {
        await registry.PutBlobAsync(blob.Descriptor.Digest, blob.Descriptor.Size, blob.Open, cancel);
        return true;
    }

    private static void Verify(ImageBlob blob)
    {
        using var content = blob.Open();
        if (Digest.Of(content) != blob.Descriptor.Digest)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"the image is damaged: the blob {blob.Descriptor.Digest} is not what its name says", "write the image again");
        }
    }
}
