using Buildit.Core;
using Buildit.Core.Trees;
using Buildit.Images.Composition;

namespace Buildit.Images.Flat;

/// <summary>Writes the root file system of an image as one canonical tar, for what wants no more than that: <c>tar -x</c>, <c>docker import</c>, a chroot.</summary>
public static class RootArchive
{
    /// <summary>Streams the archive to its place, where it is whole or not at all. Gives the digest of its bytes.</summary>
    public static async Task<Digest> WriteAsync(ImageRoot root, string path, CancellationToken cancel) =>
        (await HashedFile.WriteAsync(path, file => Task.Run(() => Write(root, file), cancel))).Digest;

    private static void Write(ImageRoot root, Stream output)
    {
        var tar = new CanonicalTarWriter(output);
        foreach (var entry in root.Entries)
        {
            tar.WriteEntry(entry.Entry, entry.Mtime, _ => entry.Open());
        }

        tar.Finish();
    }
}
