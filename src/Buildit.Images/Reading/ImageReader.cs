using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Store.Archives;
using Buildit.Store.Compression;
using Buildit.Store.Sources;
using Buildit.Store.Trees;

namespace Buildit.Images.Reading;

/// <summary>Reads images made by anyone: an ACI, an OCI layout in a directory, or one in a tar archive. Digests are verified, and nothing in them is believed before.</summary>
/// <param name="scratch">Directory for temporary files.</param>
/// <param name="limits">What an image may hold.</param>
public sealed class ImageReader(string scratch, SourceLimits? limits = null)
{
    private const string Root = "rootfs";
    private const string Manifest = "manifest";
    private readonly SourceLimits _limits = limits ?? new();
    private readonly TarListing _listing = new(scratch, limits);

    /// <summary>Whether a directory is an OCI image layout.</summary>
    public static bool IsLayout(string directory) => File.Exists(Path.Combine(directory, OciLayout.Marker));

    /// <summary>Reads the image at a path; throws <see cref="BuilditException"/> if it is none, or damaged.</summary>
    public ImageContent Read(string path, string shown, CancellationToken cancel) => Read(path, shown, _listing, null, cancel);

    /// <summary>The same with the bytes of all files: those of layers that a store has as trees are its own, all others are put into a directory, by their digest.</summary>
    /// <param name="path">The image.</param>
    /// <param name="shown">The same for messages.</param>
    /// <param name="keep">Directory for the files; made here.</param>
    /// <param name="find">The store's tree of a diffID, or null.</param>
    /// <param name="cancel">Ends the reading.</param>
    public UsableImage ReadFiles(string path, string shown, string keep, Func<Digest, StoredTree?> find, CancellationToken cancel)
    {
        Directory.CreateDirectory(keep);
        return UsableImage.Of(Read(path, shown, new(scratch, _limits, keep), diffId => find(diffId) is { } tree ? FilesOf(tree) : null, cancel));
    }

    private ImageContent Read(string path, string shown, TarListing listing, Func<Digest, IReadOnlyList<ListedFile>?>? known, CancellationToken cancel)
    {
        if (Directory.Exists(path))
        {
            using var files = new DirectoryFiles(path, shown);
            return new OciLayout(files, listing, known).Read(cancel);
        }

        // An archive's own files are read before it is known what it is; those of an ACI are then read once more, to be kept.
        var listed = _listing.Read(Open(path), Named(shown), p => p == Manifest, cancel);
        if (listed.All(f => f.Entry.Path != OciLayout.Marker))
        {
            return OfAci(listing == _listing ? listed : listing.Read(Open(path), Named(shown), static _ => false, cancel), listed, path, shown);
        }

        using var archive = new ArchiveFiles(SpooledTar.Read(Open(path), Named(shown), scratch, _limits, cancel), shown);
        return new OciLayout(archive, listing, known).Read(cancel);
    }

    private static string Named(string shown) => $"image '{shown}'";

    private static Stream Open(string path) => Decompressor.Open(File.OpenRead(path));

    private static IReadOnlyList<ListedFile> FilesOf(StoredTree tree) =>
        [.. tree.Tree.Entries.Select(e => new ListedFile(e, null, null, e.Kind == EntryKind.File ? Path.Combine(tree.Directory, e.Path) : null))];

    private static ImageContent OfAci(IReadOnlyList<ListedFile> files, IReadOnlyList<ListedFile> listed, string path, string shown)
    {
        var manifest = listed.LastOrDefault(f => f.Entry.Path == Manifest)?.Text;
        if (manifest is null || files.All(f => f.Entry.Path != Root))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{shown}' is neither an ACI (`manifest` and `rootfs`) nor an OCI layout (`oci-layout`)");
        }

        var root = new RootBuilder();
        root.Put(files.Where(f => f.Entry.Path.StartsWith(Root + "/", StringComparison.Ordinal)).Select(InRoot));
        using var file = File.OpenRead(path);
        return new() { Format = "aci", Digest = Digest.Of(file), Documents = [(Manifest, manifest)], Entries = root.Entries, Files = root.Files, Elves = root.Elves };
    }

    private static ListedFile InRoot(ListedFile file)
    {
        var target = file.Entry.Kind == EntryKind.HardLink && file.Entry.Target!.StartsWith(Root + "/", StringComparison.Ordinal) ? file.Entry.Target[(Root.Length + 1)..] : file.Entry.Target;
        return file with { Entry = file.Entry with { Path = file.Entry.Path[(Root.Length + 1)..], Target = target } };
    }

    private sealed class ArchiveFiles(SpooledTar tar, string shown) : IImageFiles
    {
        public string Name => Named(shown);

        public Stream? Open(string path) => tar.Open(path);

        public void Dispose() => tar.Dispose();
    }
}
