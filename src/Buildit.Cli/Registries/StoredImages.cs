using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;
using Buildit.Images;
using Buildit.Images.Composition;
using Buildit.Images.Oci;
using Buildit.Images.Reading;
using Buildit.Store;
using Buildit.Store.Layers;
using Buildit.Store.Trees;

namespace Buildit.Cli.Registries;

/// <summary>Images whose blobs the store has: what they name, and what files they make.</summary>
internal sealed class StoredImages(ContentStore store)
{
    private const string TreeFact = "base tree";

    /// <summary>The manifest that a digest names, itself or as that of an index for a platform; null if the store lacks any document on the way.</summary>
    public ImageDocument? Manifest(Digest digest, string platform)
    {
        var document = Document(digest);
        while (document is { IsIndex: true })
        {
            document = IndexedImage.ReadAll(document.Bytes)?.FirstOrDefault(i => i.RunsOn(platform)) is { } image ? Document(image.Descriptor.Digest) : null;
        }

        return document;
    }

    /// <summary>Everything that an image consists of, its documents first, down to those that the store does not have yet.</summary>
    public IEnumerable<Digest> BlobsOf(Digest digest, string platform)
    {
        yield return digest;
        if (Manifest(digest, platform) is not { } manifest || ImageManifest.Read(manifest.Bytes) is not { } read)
        {
            yield break;
        }

        foreach (var blob in read.Layers.Prepend(read.Config).Select(b => b.Digest).Prepend(manifest.Digest).Where(b => b != digest).Distinct())
        {
            yield return blob;
        }
    }

    /// <summary>Whether all of it is there.</summary>
    public bool Has(Digest digest, string platform) => Manifest(digest, platform) is not null && BlobsOf(digest, platform).All(store.HasBlob);

    /// <summary>Blobs of the bases of a container.</summary>
    public IEnumerable<Digest> BlobsOf(Container container) => container.Bases.Where(b => b.Digest is not null).SelectMany(b => BlobsOf(b.Digest!.Value, container.Platform.ToString()));

    /// <summary>The bases of a container that are not there.</summary>
    public IEnumerable<ImageBase> MissingOf(Container container) => container.Bases.Where(b => b.Digest is { } digest && !Has(digest, container.Platform.ToString()));

    /// <summary>What the image of a step stands on; null if it stands on nothing. Throws if it is not there.</summary>
    public async Task<BaseImage?> RequireAsync(Container container, Step.Image step, CancellationToken cancel) => step.Base is not { } below ? null
        : below.Digest is { } digest && await FindAsync(digest, below.Name, $"the base image '{below.Unpinned}'", container.Platform, cancel) is { } found ? found
        : throw new BuilditException(ExitCode.Missing, $"the base image '{below.Reference.Value}' is not in the store", "'buildit fetch TARGET' gets it", below.Reference.Span);

    /// <summary>An image to stand on; null if the store lacks a part of it.</summary>
    /// <param name="digest">Of its manifest, or of an index.</param>
    /// <param name="name">As others name it.</param>
    /// <param name="shown">The same, for messages.</param>
    /// <param name="platform">What it must run on.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<BaseImage?> FindAsync(Digest digest, string? name, string shown, Platform platform, CancellationToken cancel)
    {
        if (Manifest(digest, platform.ToString()) is not { } document || ImageManifest.Read(document.Bytes) is not { } manifest || store.ReadBlob(manifest.Config.Digest) is not { } config)
        {
            return null;
        }

        if (OciImage.ReadDiffIds(config) is not { } diffIds || diffIds.Length != manifest.Layers.Length)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"{shown} is damaged: its manifest and its configuration have another number of layers");
        }

        if (IndexedImage.PlatformOf(config) is { } actual && actual != platform.ToString() && !actual.StartsWith(platform + "/", StringComparison.Ordinal))
        {
            throw new BuilditException(ExitCode.Unresolvable, $"{shown} is for {actual}, and the container for {platform}", "take the digest of the image for that platform, or of an index that has one");
        }

        ImmutableArray<LayerBlob> layers = [.. manifest.Layers.Zip(diffIds).Select(l => new LayerBlob(l.First.Digest, l.First.Size, MediaTypeOf(l.First.MediaType), l.Second, store.VerifiedBlobPath(l.First.Digest) ?? ""))];
        return layers.Any(l => l.Path.Length == 0) ? null : new(name, document.Digest, config, layers, new(shown, "rootfs", await TreeAsync(document.Digest, layers, shown, cancel)) { IsBase = true });
    }

    /// <summary>The files of layers. They are laid over each other only once.</summary>
    public async Task<StoredTree> TreeAsync(Digest subject, ImmutableArray<LayerBlob> layers, string shown, CancellationToken cancel)
    {
        if (store.Index.FindFact(subject, TreeFact) is { } hex && store.FindTree(Digest.Parse(hex)) is { } known)
        {
            return known;
        }

        var tree = await new LayerStack(store, shown).FlattenAsync(layers, cancel);
        store.Index.AddFact(subject, TreeFact, tree.DiffId.Hex);
        return tree;
    }

    /// <summary>Docker's names of layers in OCI's words: the bytes are the same.</summary>
    private static string MediaTypeOf(string mediaType) => mediaType switch
    {
        "application/vnd.docker.image.rootfs.diff.tar" => "application/vnd.oci.image.layer.v1.tar",
        "application/vnd.docker.image.rootfs.diff.tar.gzip" => "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.docker.image.rootfs.diff.tar.zstd" => "application/vnd.oci.image.layer.v1.tar+zstd",
        var other => other,
    };

    private ImageDocument? Document(Digest digest) => store.HasBlob(digest) && store.ReadBlob(digest) is { } bytes ? ImageDocument.Of(bytes) : null;
}
