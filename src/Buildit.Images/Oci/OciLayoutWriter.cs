using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Trees;
using Buildit.Store.Files;
using Buildit.Store.Native;

namespace Buildit.Images.Oci;

/// <summary>Writes an image as OCI image layout: a directory, or one tar file. One writer a path: the caller holds the lock.</summary>
public static class OciLayoutWriter
{
    /// <summary>
    /// Writes the layout directory beside its place and then puts it there; an older one is moved away first and deleted last. After an interruption, the next
    /// writing clears up, and puts the older one back if it had been moved away.
    /// </summary>
    public static void WriteDirectory(OciImage image, string path)
    {
        var (parent, name) = (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path))!, Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
        var (fresh, old, place) = (Path.Combine(parent, $".{name}.new"), Path.Combine(parent, $".{name}.old"), Path.Combine(parent, name));
        Recover(fresh, old, place);
        try
        {
            Fill(image, fresh);
            if (Directory.Exists(place))
            {
                Directory.Move(place, old);
            }

            Directory.Move(fresh, place);
        }
        finally
        {
            Recover(fresh, old, place);
        }
    }

    /// <summary>Writes the layout as canonical tar.</summary>
    public static Task WriteArchiveAsync(OciImage image, long mtime, string path) => AtomicFile.WriteAsync(path, file => Task.Run(() =>
    {
        var contents = Documents(image).ToDictionary(d => d.Path, d => (Size: (long)d.Bytes.Length, Open: (Func<Stream>)(() => new MemoryStream(d.Bytes))), StringComparer.Ordinal);
        foreach (var layer in image.Layers)
        {
            contents[BinhostLayout.Blob(layer.Digest)] = (layer.Size, () => File.OpenRead(layer.Path));
        }

        var tree = Tree.Create(contents.Select(c => new TreeEntry(c.Key, EntryKind.File) { Size = c.Value.Size }), mtime);
        var tar = new CanonicalTarWriter(file);
        tar.WriteTree(tree, entry => contents[entry.Path].Open());
        tar.Finish();
    }));

    private static void Fill(OciImage image, string directory)
    {
        Directory.CreateDirectory(Path.Combine(directory, BinhostLayout.Blobs));
        foreach (var layer in image.Layers.DistinctBy(l => l.Digest))
        {
            HardLink.CreateOrCopy(layer.Path, Path.Combine(directory, BinhostLayout.Blob(layer.Digest)));
        }

        foreach (var (path, bytes) in Documents(image))
        {
            using var file = new FileStream(Path.Combine(directory, path), FileMode.CreateNew, FileAccess.Write, FileShare.None);
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
    }

    private static IEnumerable<(string Path, byte[] Bytes)> Documents(OciImage image) =>
    [
        (BinhostLayout.Blob(Digest.Of(image.Config.Span)), image.Config.ToArray()),
        (BinhostLayout.Blob(image.Digest), image.Manifest.ToArray()),
        (BinhostLayout.LayoutMarker, Encoding.UTF8.GetBytes(BinhostLayout.LayoutMarkerText)),
        (BinhostLayout.ImageIndex, image.WriteIndex()),
    ];

    private static void Recover(string fresh, string old, string place)
    {
        if (Directory.Exists(fresh))
        {
            Directory.Delete(fresh, recursive: true);
        }

        if (Directory.Exists(old) && !Directory.Exists(place))
        {
            Directory.Move(old, place);
        }
        else if (Directory.Exists(old))
        {
            Directory.Delete(old, recursive: true);
        }
    }
}
