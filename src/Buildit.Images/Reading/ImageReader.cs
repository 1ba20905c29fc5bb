using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.Docker;
using Buildit.Store.Archives;
using Buildit.Store.Compression;
using Buildit.Store.Sources;
using Buildit.Store.Trees;

namespace Buildit.Images.Reading;

/// <summary>Reads images made by anyone: an ACI, an OCI layout in a directory or a tar archive, a docker archive, a root in a tar archive. Digests are verified, and nothing in them is believed before.</summary>
/// <param name="scratch">Directory for temporary files.</param>
/// <param name="limits">What an image may hold.</param>
public sealed class ImageReader(string scratch, SourceLimits? limits = null)
{
    private const string Root = "rootfs";
    private const string Manifest = "manifest";
    private const string AnyRootHas = "etc";
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

        // An archive's own files are read before it is known what it is; what has to be kept is then read once more.
        var listed = _listing.Read(Open(path), Named(shown), p => p is Manifest or DockerArchive.Manifest, cancel);
        if (Find(listed, OciLayout.Marker) is not null)
        {
            using var layout = Spool(path, shown, cancel);
            return new OciLayout(layout, listing, known).Read(cancel);
        }

        if (Find(listed, Manifest)?.Text is { } aci && Find(listed, Root) is not null)
        {
            var split = new SplitImage(path, shown, file => listing.Read(Open(file), Named(shown), static p => p == Manifest, cancel));
            return Flat("aci", [.. split.Below(aci).Append(Kept()).Select(files => files.Where(f => f.Entry.Path.StartsWith(Root + "/", StringComparison.Ordinal)).Select(InRoot))], path) with { Documents = [(Manifest, aci)] };
        }

        if (Find(listed, DockerArchive.Manifest)?.Text is { } docker)
        {
            using var saved = Spool(path, shown, cancel);
            return new DockerLayout(saved, listing).Read(docker, DigestOf(path), cancel);
        }

        return Find(listed, AnyRootHas)?.Entry.Kind == EntryKind.Directory
            ? Flat("tar", [Kept()], path)
            : throw new BuilditException(
                ExitCode.InvalidInput,
                $"'{shown}' is no image: neither an ACI (`manifest` and `rootfs`), nor an OCI layout (`oci-layout`), a docker archive (`{DockerArchive.Manifest}`) or a root (`{AnyRootHas}`)");

        IReadOnlyList<ListedFile> Kept() => listing == _listing ? listed : listing.Read(Open(path), Named(shown), static _ => false, cancel);
    }

    private static ListedFile? Find(IReadOnlyList<ListedFile> files, string path) => files.LastOrDefault(f => f.Entry.Path == path);

    private ArchiveFiles Spool(string path, string shown, CancellationToken cancel) => new(SpooledTar.Read(Open(path), Named(shown), scratch, _limits, cancel), shown);

    private static string Named(string shown) => $"image '{shown}'";

    private static Stream Open(string path) => Decompressor.Open(File.OpenRead(path));

    private static IReadOnlyList<ListedFile> FilesOf(StoredTree tree) =>
        [.. tree.Tree.Entries.Select(e => new ListedFile(e, null, null, e.Kind == EntryKind.File ? Path.Combine(tree.Directory, e.Path) : null))];

    private static ImageContent Flat(string format, IEnumerable<IEnumerable<ListedFile>> layers, string path)
    {
        var root = new RootBuilder();
        foreach (var files in layers)
        {
            root.Put(files);
        }

        root.Check();
        return new() { Format = format, Digest = DigestOf(path), Documents = [], Entries = root.Entries, Files = root.Files, Elves = root.Elves };
    }

    private static Digest DigestOf(string path)
    {
        using var file = File.OpenRead(path);
        return Digest.Of(file);
    }

    private static ListedFile InRoot(ListedFile file)
    {
        var target = file.Entry.Kind == EntryKind.HardLink && file.Entry.Target!.StartsWith(Root + "/", StringComparison.Ordinal) ? file.Entry.Target[(Root.Length + 1)..] : file.Entry.Target;
        return file with { Entry = file.Entry with { Path = file.Entry.Path[(Root.Length + 1)..], Target = target } };
    }

    internal sealed class ArchiveFiles(SpooledTar tar, string shown) : IImageFiles
    {
        public string Name => Named(shown);

        public Stream? Open(string path) => tar.Open(path);

        public void Dispose() => tar.Dispose();
    }
}
