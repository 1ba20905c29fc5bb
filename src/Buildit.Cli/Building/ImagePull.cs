using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Records;
using Buildit.Images.Oci;
using Buildit.Store.Binhosts;
using Buildit.Store.Compression;
using Buildit.Store.Layers;
using Buildit.Store.Native;

namespace Buildit.Cli.Building;

/// <summary>Takes an image from a binhost: by its key, under a signature that counts, with the very bytes that were pushed. Its tests were run where it was made.</summary>
internal sealed class ImagePull(Session session)
{
    /// <summary>Writes the image to its path; null if no binhost can give it.</summary>
    public async Task<(WrittenImage Image, string Source)?> PullAsync(Container container, Step.Image step, ICompressor? compressor, Digest key, string path, CancellationToken cancel)
    {
        string? Objection(ImageRecord r) => r.Key == key && r.FileName == Path.GetFileName(path) && r.Others.All(o => Path.GetFileName(o.Key) == o.Key && o.Key.EndsWith(".aci", StringComparison.Ordinal)) ? null : $"it is about the image '{r.FileName}', not about this one";
        await foreach (var found in session.Binhosts.FindAsync(key, container.DisplayName, ImageRecord.Open, Objection, cancel))
        {
            var image = step.Format == ImageFormat.Oci
                ? await OciAsync(found, container, step, compressor, path, cancel)
                : await FileAsync(found, container, path, cancel);
            if (image is not null)
            {
                return (image, found.Binhost.Name);
            }
        }

        return null;
    }

    private async Task<WrittenImage?> FileAsync(FoundRecord<ImageRecord> found, Container container, string path, CancellationToken cancel)
    {
        var directory = Path.GetDirectoryName(path)!;
        var wanted = found.Record.Others.Select(o => (Path: Path.Combine(directory, o.Key), Digest: o.Value)).Where(o => !WrittenImage.IsFile(o.Path, o.Digest)).Append((Path: path, found.Record.Digest)).ToArray();
        var blobs = await Task.WhenAll(wanted.Select(w => session.Binhosts.PullBlobAsync(w.Digest, null, container.DisplayName, found.Binhost, cancel)));
        if (blobs.Contains(null))
        {
            return null;
        }

        Directory.CreateDirectory(directory);
        foreach (var (blob, file) in blobs.Zip(wanted))
        {
            Put(blob!, file.Path);
        }

        return WrittenImage.OfFile(found.Record.Digest, path) with { Others = found.Record.Others };
    }

    private static void Put(string blob, string path)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.pulled");
        File.Delete(temporary);
        HardLink.CreateOrCopy(blob, temporary);
        // rename(2) of two names of one file does nothing and leaves both.
        File.Delete(path);
        File.Move(temporary, path);
    }

    private async Task<WrittenImage?> OciAsync(FoundRecord<ImageRecord> found, Container container, Step.Image step, ICompressor? compressor, string path, CancellationToken cancel)
    {
        if (await ReadAsync(found, container, found.Record.Digest, null, cancel) is not { } manifest || OciImage.ReadManifest(manifest) is not [var configuration, .. var described])
        {
            return null;
        }

        var pulled = Task.WhenAll(described.Select(l => session.Binhosts.PullBlobAsync(l.Digest, l.Size, container.DisplayName, found.Binhost, cancel)));
        if (await ReadAsync(found, container, configuration.Digest, configuration.Size, cancel) is not { } config
            || OciImage.ReadDiffIds(config) is not { } diffIds || diffIds.Length != described.Length || (await pulled).Contains(null))
        {
            return null;
        }

        ImmutableArray<LayerBlob> layers = [.. described.Zip(diffIds, await pulled).Select(l => new LayerBlob(l.First.Digest, l.First.Size, l.First.MediaType, l.Second, l.Third!))];
        if (step.Base is null)
        {
            await RememberAsync(layers, compressor, cancel);
        }

        return await WrittenImage.WriteAsync(new(container.Platform, config, manifest, layers, step.Tag), step, found.Record.SourceDate, path, cancel);
    }

    private async Task<byte[]?> ReadAsync(FoundRecord<ImageRecord> found, Container container, Digest digest, long? size, CancellationToken cancel) =>
        await session.Binhosts.PullBlobAsync(digest, size, container.DisplayName, found.Binhost, cancel) is null ? null : session.Store.ReadBlob(digest);

    /// <summary>
    /// A signed image says which blob this compressor makes of which output, so that neither is made again when something else in the container changes: the next image
    /// finds its layers, and whoever needs the files unpacks them from here. (Layers of a base image were compressed by anybody.)
    /// </summary>
    private async Task RememberAsync(ImmutableArray<LayerBlob> layers, ICompressor? compressor, CancellationToken cancel)
    {
        foreach (var layer in layers)
        {
            await session.Layers.RememberAsync(layer.DiffId, compressor, layer, cancel);
            BinhostSet.Remember(session.Store, new(layer.DiffId, layer.MediaType, layer.Digest, layer.Size));
        }
    }
}
