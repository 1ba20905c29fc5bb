using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Records;
using Buildit.Core.Registries;

namespace Buildit.Store.Binhosts;

/// <summary>What a document's artifact is, and what it refers to: a registry throws away what no manifest names.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Blobs">The blobs that it names.</param>
/// <param name="Subject">The image that it is about, or null.</param>
internal sealed record RegistryReferences(string Type, ImmutableArray<Descriptor> Blobs, Descriptor? Subject)
{
    private const string EnvelopeType = "application/vnd.dsse.envelope.v1+json";
    private const string AnyType = "application/octet-stream";

    /// <summary>Media type of a document.</summary>
    public static string MediaTypeOf(string path) => BinhostLayout.IsRecord(path) ? EnvelopeType : path == BinhostLayout.ImageIndex ? OciIndex.MediaType : AnyType;

    /// <summary>Those of a document, as far as they are there.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="before">What an earlier state of it has named.</param>
    /// <param name="blobs">What is there.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<RegistryReferences> OfAsync(string path, ReadOnlyMemory<byte> content, IEnumerable<Descriptor> before, RegistryBlobs blobs, CancellationToken cancel)
    {
        if (!BinhostLayout.IsRecord(path) || Envelope.Read(content) is not { } envelope)
        {
            return new(RegistryNames.FileType, [], null);
        }

        var layers = envelope.Layers.Select(l => new Descriptor(l.MediaType, l.Digest, l.Size));
        var image = ImageRecord.Open(envelope);
        var named = image is not null ? image.Materials.Select(m => m.Digest).Append(image.Key).Append(image.Digest).Concat(image.Others.Select(o => o.Value))
            : RecordFormat.Open(envelope) is { } record ? record.Materials.Select(m => m.Digest).Append(record.Preimage)
            : [];
        // Of sources only those that were pushed with it; outputs of others are in their own records.
        var known = named.Select(d => blobs.Known(d, AnyType)).OfType<Descriptor>();
        var there = await blobs.ThereAsync(layers.Concat(known).Concat(before).DistinctBy(b => b.Digest), cancel);
        var subject = image is null || image.FileName.EndsWith(".aci", StringComparison.Ordinal) ? null : blobs.Known(image.Digest, ArtifactManifest.MediaType);
        return new(RegistryNames.RecordType, [.. there], subject);
    }
}
