using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;
using Buildit.Store.Archives;
using Buildit.Store.Compression;
using Buildit.Store.Registries;
using Buildit.Store.Sources;

namespace Buildit.Images.Reading;

/// <summary>
/// The image of an OCI layout for those who pass it on as it is: its documents are read and verified, its layers are only opened. A layout with one manifest or index is that; one with several
/// manifests, each for another platform, is an image for all of these: its <c>index.json</c>.
/// </summary>
public sealed class LayoutImage : IDisposable
{
    private const int LargestDocument = 16 << 20;
    private readonly IImageFiles _files;

    private LayoutImage(IImageFiles files)
    {
        _files = files;
        Parts = Read();
    }

    /// <summary>The image, with all that it names.</summary>
    public PortableImage Parts { get; }

    /// <summary>Its reference within the layout, if it is one image with one.</summary>
    public string? Tag { get; private set; }

    /// <summary>Opens a layout in a directory, or in a tar archive.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="shown">The same, for messages.</param>
    /// <param name="scratch">Directory for temporary files.</param>
    /// <param name="cancel">Ends the reading.</param>
    public static LayoutImage Open(string path, string shown, string scratch, CancellationToken cancel)
    {
        IImageFiles files = Directory.Exists(path)
            ? new DirectoryFiles(path, shown)
            : new ImageReader.ArchiveFiles(SpooledTar.Read(Decompressor.Open(File.OpenRead(path)), $"image '{shown}'", scratch, new SourceLimits(), cancel), shown);
        try
        {
            return new(files);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();

    private PortableImage Read()
    {
        using var stream = _files.Open(BinhostLayout.ImageIndex) ?? throw new BuilditException(ExitCode.InvalidInput, $"{_files.Name} is no OCI layout: there is no '{BinhostLayout.ImageIndex}' in it", "what can be pushed to a registry is an OCI layout, as a directory or as one tar file");
        var index = ReadAll(stream, BinhostLayout.ImageIndex);
        var documents = new List<ImageDocument>();
        var blobs = new List<ImageBlob>();
        switch (IndexedImage.ReadAll(index) ?? throw Damaged($"'{BinhostLayout.ImageIndex}' is no index"))
        {
            case []:
                throw Damaged("it holds no image");
            case [var only]:
                Add(only.Descriptor, documents, blobs);
                Tag = only.Tag;
                break;
            case var several when several.All(i => i.Platform is not null) && several.DistinctBy(i => i.Platform).Count() == several.Length:
                foreach (var image in several)
                {
                    Add(image.Descriptor, documents, blobs);
                }

                documents.Add(new(OciIndex.MediaType, index));
                break;
            case var several:
                throw new BuilditException(ExitCode.InvalidInput, $"{_files.Name} holds {several.Length} images, and nothing says which is meant", "copy the one that is meant out of it, for example with skopeo");
        }

        return new([.. documents], [.. blobs]);
    }

    private void Add(Descriptor described, List<ImageDocument> documents, List<ImageBlob> blobs)
    {
        using var stream = Open(described);
        var document = new ImageDocument(described.MediaType, ReadAll(stream, described.Digest.ToString()));
        if (document.Digest != described.Digest)
        {
            throw Damaged($"the blob {described.Digest} is not what its name says");
        }

        if (document.IsIndex)
        {
            foreach (var image in IndexedImage.ReadAll(document.Bytes) ?? throw Damaged($"the index {described.Digest} is none"))
            {
                Add(image.Descriptor, documents, blobs);
            }
        }
        else
        {
            var manifest = ImageManifest.Read(document.Bytes) ?? throw Damaged($"the manifest {described.Digest} is none");
            blobs.AddRange(manifest.Layers.Prepend(manifest.Config).Select(b => new ImageBlob(b, () => Open(b))));
        }

        documents.Add(document);
    }

    private Stream Open(Descriptor blob) => _files.Open(BinhostLayout.Blob(blob.Digest)) ?? throw Damaged($"the blob {blob.Digest} is not there");

    private byte[] ReadAll(Stream stream, string what)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            memory.Write(buffer, 0, read);
            if (memory.Length > LargestDocument)
            {
                throw Damaged($"the document {what} is larger than {LargestDocument >> 20} MiB");
            }
        }

        return memory.ToArray();
    }

    private BuilditException Damaged(string why) => new(ExitCode.InvalidInput, $"{_files.Name} is damaged: {why}");
}
