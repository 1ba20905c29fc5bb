using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Store.Archives;
using Buildit.Store.Compression;
using Buildit.Store.Sources;

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
    public ImageContent Read(string path, string shown, CancellationToken cancel)
    {
        if (Directory.Exists(path))
        {
            using var files = new DirectoryFiles(path, shown);
            return new OciLayout(files, _listing).Read(cancel);
        }

        var listed = _listing.Read(Open(path), Named(shown), p => p == Manifest, cancel);
        if (listed.All(f => f.Entry.Path != OciLayout.Marker))
        {
            return OfAci(listed, path, shown);
        }

        using var archive = new ArchiveFiles(SpooledTar.Read(Open(path), Named(shown), scratch, _limits, cancel), shown);
        return new OciLayout(archive, _listing).Read(cancel);
    }

    private static string Named(string shown) => $"image '{shown}'";

    private static Stream Open(string path) => Decompressor.Open(File.OpenRead(path));

    private static ImageContent OfAci(IReadOnlyList<ListedFile> files, string path, string shown)
    {
        var manifest = files.LastOrDefault(f => f.Entry.Path == Manifest)?.Text;
        if (manifest is null || files.All(f => f.Entry.Path != Root))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{shown}' is neither an ACI (`manifest` and `rootfs`) nor an OCI layout (`oci-layout`)");
        }

        var root = new RootBuilder();
        root.Put(files.Where(f => f.Entry.Path.StartsWith(Root + "/", StringComparison.Ordinal)).Select(InRoot));
        using var file = File.OpenRead(path);
        return new() { Format = "aci", Digest = Digest.Of(file), Documents = [(Manifest, manifest)], Entries = root.Entries, Elves = root.Elves };
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
