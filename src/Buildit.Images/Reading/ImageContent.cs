using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Archives;
using Buildit.Core.Trees;
using Buildit.Store.Archives;

namespace Buildit.Images.Reading;

/// <summary>An image as it was read: its documents, its layers, and the file system that they make.</summary>
public sealed record ImageContent
{
    /// <summary><c>aci</c>, <c>oci</c>, <c>docker-archive</c> or <c>tar</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Digest of an OCI manifest, else of the image's file.</summary>
    public required Digest Digest { get; init; }

    /// <summary>JSON documents by name: <c>manifest</c>, and of an OCI image its <c>configuration</c>.</summary>
    public required ImmutableArray<(string Name, byte[] Json)> Documents { get; init; }

    /// <summary>The layers in order; none for what has only one root.</summary>
    public ImmutableArray<ImageLayer> Layers { get; init; } = [];

    /// <summary>The root file system, each path once.</summary>
    public required ImmutableArray<TreeEntry> Entries { get; init; }

    /// <summary>The same with what else is known of each.</summary>
    public required ImmutableArray<ListedFile> Files { get; init; }

    /// <summary>How its ELF files are loaded, by path.</summary>
    public required ImmutableDictionary<string, ElfFile> Elves { get; init; }
}

/// <summary>A layer of an image.</summary>
/// <param name="Digest">Of the blob.</param>
/// <param name="Size">Of the blob.</param>
/// <param name="DiffId">Of the uncompressed tar.</param>
/// <param name="Title">What the image's history says that made it; empty if it says nothing.</param>
public sealed record ImageLayer(Digest Digest, long Size, Digest DiffId, string Title);
