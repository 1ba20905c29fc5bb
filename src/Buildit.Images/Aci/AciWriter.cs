using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Core.Trees;
using Buildit.Images.Composition;
using Buildit.Store.Compression;
using Buildit.Store.Files;

namespace Buildit.Images.Aci;

/// <summary>A written ACI.</summary>
/// <param name="Path">The file.</param>
/// <param name="ImageId"><c>sha512-HEX</c> of the uncompressed archive, as the specification names images.</param>
/// <param name="Digest">Of the file as it is.</param>
/// <param name="Size">Of the file.</param>
public sealed record AciResult(string Path, string ImageId, Digest Digest, long Size);

/// <summary>Writes App Container images: one archive with the manifest and a root.</summary>
public sealed class AciWriter(ICompressor? compressor)
{
    private const string Root = "rootfs";

    /// <summary>Streams the archive of a whole root to <paramref name="path"/>; the file is there whole or not at all.</summary>
    public Task<AciResult> WriteAsync(ImageRoot root, byte[] manifest, string path, CancellationToken cancel) => WriteAsync(root.Entries, root.Mtime, manifest, path, cancel);

    /// <summary>The same of a part of a root.</summary>
    internal async Task<AciResult> WriteAsync(IEnumerable<RootEntry> entries, long mtime, byte[] manifest, string path, CancellationToken cancel)
    {
        var imageId = "";
        var (digest, size) = await HashedFile.WriteAsync(path, file => WriteAsync(output => imageId = WriteArchive(entries, mtime, manifest, output), file, cancel));
        return new(path, imageId, digest, size);
    }

    private Task WriteAsync(Action<Stream> write, Stream output, CancellationToken cancel) =>
        compressor is null ? Task.Run(() => write(output), cancel) : compressor.CompressAsync(write, output, cancel);

    private static string WriteArchive(IEnumerable<RootEntry> entries, long mtime, byte[] manifest, Stream output)
    {
        using var archive = new HashingStream(output, HashAlgorithmName.SHA512);
        var tar = new CanonicalTarWriter(archive);
        tar.WriteFile("manifest", manifest, new TreeEntry("manifest", EntryKind.File).Mode, mtime);
        tar.WriteEntry(new(Root, EntryKind.Directory), mtime, _ => Stream.Null);
        foreach (var entry in entries)
        {
            tar.WriteEntry(entry.Entry, entry.Mtime, _ => entry.Open(), Root + "/");
        }

        tar.Finish();
        return AciDependency.Id(archive.GetHash());
    }
}
