using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.Reading;
using Buildit.Store;
using Buildit.Store.Files;
using Buildit.Store.Registries;

namespace Buildit.Cli.Registries;

/// <summary>Takes the blobs of an OCI layout into the store.</summary>
internal sealed class LayoutImport(ContentStore store)
{
    /// <summary>Takes all of them, if the layout holds the image that a base names; throws if it holds another one.</summary>
    public async Task RunAsync(string path, string shown, ImageBase below, CancellationToken cancel)
    {
        using var layout = await Task.Run(() => LayoutImage.Open(path, shown, store.Scratch, cancel), cancel);
        if (layout.Parts.Documents.All(d => d.Digest != below.Digest))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{shown}' does not hold the image {below.Digest}", $"it holds {below.Unpinned}@{layout.Parts.Image.Digest}: if that is meant, write it", below.Reference.Span);
        }

        await RunAsync(layout.Parts, shown, cancel);
    }

    /// <summary>Takes an image.</summary>
    public async Task RunAsync(PortableImage image, string shown, CancellationToken cancel)
    {
        foreach (var document in image.Documents)
        {
            await store.PutBlobAsync(document.Bytes, cancel);
        }

        foreach (var blob in image.Blobs.Where(b => store.VerifiedBlobPath(b.Descriptor.Digest) is null))
        {
            var file = store.NewWorkPath("blob");
            var digest = await Task.Run(() => Copy(blob, file), cancel);
            if (digest != blob.Descriptor.Digest)
            {
                throw new BuilditException(ExitCode.InvalidInput, $"'{shown}' is damaged: the blob {blob.Descriptor.Digest} is not what its name says");
            }

            await store.CommitBlobAsync(file, digest);
        }
    }

    private static Digest Copy(ImageBlob blob, string file)
    {
        using var content = new HashedReadStream(blob.Open());
        using var to = File.Create(file);
        content.CopyTo(to);
        return content.Digest;
    }
}
