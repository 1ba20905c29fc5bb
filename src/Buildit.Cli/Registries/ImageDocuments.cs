using System.Collections.Immutable;
using Buildit.Core.Records;
using Buildit.Store.Registries;

namespace Buildit.Cli.Registries;

/// <summary>The documents about an image that go with it to a registry.</summary>
internal static class ImageDocuments
{
    /// <summary>How it was made.</summary>
    public static ImageAttachment Provenance(Envelope envelope) => new("application/vnd.dsse.envelope.v1+json", "provenance.dsse.json", envelope.Bare.Write())
    {
        Annotations = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("in-toto.io/predicate-type", ImageRecord.PredicateType),
    };

    /// <summary>What it is made of.</summary>
    public static ImageAttachment Sbom(string mediaType, byte[] content) => new(mediaType, mediaType.Contains("spdx", StringComparison.Ordinal) ? "sbom.spdx.json" : "sbom.cdx.json", content);
}
