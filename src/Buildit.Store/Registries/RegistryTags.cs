using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Store.Compression;
using Buildit.Store.Fetching;

namespace Buildit.Store.Registries;

/// <summary>A registry's list of tags, which comes in pages.</summary>
internal static class RegistryTags
{
    /// <summary>The tags of a page.</summary>
    public static ImmutableArray<string> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array ? [.. tags.EnumerateArray().Select(t => t.GetString()!)] : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new PlaceException($"is no registry: it sends {ContentKind.Detect(body.Span[..Math.Min(512, body.Length)]).Description} as its list of tags", inner: e);
        }
    }

    /// <summary>Where the next page is (RFC 8288: <c>&lt;URL&gt;; rel="next"</c>); null if there is none.</summary>
    public static Uri? NextPage(Uri page, HttpResponseMessage response) =>
        response.Headers.TryGetValues("Link", out var links) && links.FirstOrDefault(l => l.Contains("rel=\"next\"", StringComparison.Ordinal)) is { } link && link.IndexOf('>') is var end and > 0
            ? HttpLine.NextAddress(page, new(link[(link.IndexOf('<') + 1)..end], UriKind.RelativeOrAbsolute))
            : null;
}
