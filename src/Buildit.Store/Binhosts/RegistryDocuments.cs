using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Registries;
using Buildit.Store.Fetching;
using Buildit.Store.Registries;

namespace Buildit.Store.Binhosts;

/// <summary>A document of a registry.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Seen">The versions whose additions are in it.</param>
/// <param name="Named">The blobs that its artifact names beside it.</param>
internal sealed record RegistryDocument(ReadOnlyMemory<byte> Content, ImmutableSortedSet<string> Seen, ImmutableArray<Descriptor> Named)
{
    /// <summary>One that is not there yet.</summary>
    public static RegistryDocument None { get; } = new(default, [], []);
}

/// <summary>
/// Documents as artifacts under tags. A registry lets nobody compare and swap: whoever writes to a tag may overwrite what somebody else has just written there. So everybody writes what he makes
/// of a document under a tag that is his alone first, a version; then under the document's own tag; and then looks which versions there are that this does not have, and writes again with those.
/// Whoever writes last to the document's tag looks at the versions after all others have written theirs, so that in the end nothing is lacking.
/// </summary>
internal sealed class RegistryDocuments(RegistryClient registry, RegistryBlobs blobs)
{
    private const string SeenName = "io.buildit.versions";

    // More is a blob only: registries take manifests of 4 MiB at least.
    private const int MostInside = 1 << 16;

    private readonly RegistryImages _images = new(registry);

    /// <summary>The document under a tag; null if there is none.</summary>
    public async Task<RegistryDocument?> FindAsync(string tag, CancellationToken cancel)
    {
        if (await registry.GetManifestAsync(tag, cancel) is not { } stored)
        {
            return null;
        }

        if (ArtifactManifest.Read(stored) is not { Layers: [var layer, ..] } manifest)
        {
            throw new PlaceException($"has something else than a binhost's document as '{tag}'");
        }

        var content = !layer.Data.IsEmpty && Digest.Of(layer.Data.Span) == layer.Digest ? layer.Data : await ReadAsync(layer, tag, cancel);
        return new(content, [.. manifest.Annotations.GetValueOrDefault(SeenName, "").Split(' ', StringSplitOptions.RemoveEmptyEntries)], manifest.Layers[1..]);
    }

    /// <summary>As <see cref="IWritablePlace.UpdateAsync"/>, with <see cref="DocumentJoin"/> for what others write meanwhile.</summary>
    public async Task UpdateAsync(string path, Func<ReadOnlyMemory<byte>?, Task<ReadOnlyMemory<byte>?>> change, CancellationToken cancel)
    {
        var tag = RegistryNames.Tag(path);
        var current = await FindAsync(tag, cancel);
        if (await change(current?.Content) is not { } wanted)
        {
            return;
        }

        var id = RegistryNames.VersionId(wanted.Span);
        var before = current ?? RegistryDocument.None;
        var document = before with { Content = wanted, Seen = before.Seen.Add(id) };
        await PutAsync(path, RegistryNames.Version(tag, id), document, cancel);
        for (var next = document; next is not null; next = await JoinedAsync(path, tag, document, cancel))
        {
            document = next;
            if (path == BinhostLayout.ImageIndex)
            {
                await _images.PublishAsync(before.Content, document.Content, cancel);
            }

            await PutAsync(path, tag, document, cancel);
        }
    }

    /// <summary>Puts an artifact under a tag; its blobs must be there.</summary>
    /// <returns>Whether the registry itself tells of it those who have its subject.</returns>
    public async Task<bool> PutAsync(string tag, ArtifactManifest manifest, CancellationToken cancel)
    {
        await blobs.PutAsync(Descriptor.Empty.Digest, Descriptor.EmptyContent.ToArray(), cancel);
        return await registry.PutManifestAsync(tag, ArtifactManifest.MediaType, manifest.Write(), cancel);
    }

    /// <summary>The document with all versions that it lacks; null if it lacks none.</summary>
    private async Task<RegistryDocument?> JoinedAsync(string path, string tag, RegistryDocument document, CancellationToken cancel)
    {
        var prefix = RegistryNames.Versions(tag);
        var unseen = (await registry.FindTagsAsync(prefix, cancel)).Select(t => t[prefix.Length..]).Where(v => !document.Seen.Contains(v)).Order(StringComparer.Ordinal);
        RegistryDocument? joined = null;
        foreach (var version in unseen)
        {
            // A registry may list a tag that it is still writing. That one must never count as seen: whoever writes it looks at ours when it is there, and is the later one then.
            if (await FindAsync(prefix + version, cancel) is { } other)
            {
                var ours = joined ?? document;
                joined = new(DocumentJoin.Of(path, ours.Content, other.Content), ours.Seen.Union(other.Seen).Add(version), [.. ours.Named.Union(other.Named)]);
            }
        }

        return joined;
    }

    private async Task PutAsync(string path, string tag, RegistryDocument document, CancellationToken cancel)
    {
        var (bytes, digest) = (document.Content, Digest.Of(document.Content.Span));
        await blobs.PutAsync(digest, bytes, cancel);
        var layer = new Descriptor(RegistryReferences.MediaTypeOf(path), digest, bytes.Length) { Title = path[(path.LastIndexOf('/') + 1)..], Data = bytes.Length <= MostInside ? bytes : default };
        var references = await RegistryReferences.OfAsync(path, bytes, document.Named, blobs, cancel);
        var manifest = new ArtifactManifest(references.Type, [layer, .. references.Blobs])
        {
            Annotations = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(SeenName, string.Join(' ', document.Seen)),
            Subject = references.Subject,
        };
        var isTold = await PutAsync(tag, manifest, cancel);
        if (references.Subject is { } subject && !isTold && tag == RegistryNames.Tag(path))
        {
            await RegistryReferrers.AddAsync(registry, subject.Digest, manifest, tag, cancel);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(Descriptor layer, string tag, CancellationToken cancel)
    {
        await using var stream = await registry.OpenBlobAsync(layer.Digest, 0, cancel) ?? throw new PlaceException($"lacks the content of '{tag}'");
        var bytes = await stream.ReadDocumentAsync(tag, cancel);
        return Digest.Of(bytes.Span) == layer.Digest ? bytes : throw new PlaceException($"sends other bytes than it names as '{tag}'");
    }
}
