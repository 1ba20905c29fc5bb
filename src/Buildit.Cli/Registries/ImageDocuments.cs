using System.Collections.Immutable;
using Buildit.Core.Records;
using Buildit.Store.Registries;

namespace Buildit.Cli.Registries;

/// <summary>The documents about an image that go with it to a registry.</summary>
internal static class ImageDocuments
{
    /// <summary>How it was made, if that is known.</summary>
    public static IEnumerable<ImageAttachment> Of(Envelope? provenance)
    {
        if (provenance is not null)
        {
            yield return new("application/vnd.dsse.envelope.v1+json", "provenance.dsse.json", provenance.Bare.Write())
            {
                Annotations = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("in-toto.io/predicate-type", ImageRecord.PredicateType),
            };
        }
    }
}
