using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Buildit.Cli.Pages;

/// <summary>An output of a package.</summary>
/// <param name="Name"><c>runtime</c>, <c>dev</c> and so on.</param>
/// <param name="DiffId">Digest of its tar.</param>
/// <param name="Files">How many files are in it.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Blob">Digest of the blob that holds it.</param>
/// <param name="Download">Size of that blob.</param>
internal sealed record PageOutput(string Name, string DiffId, int Files, long Bytes, string Blob, long Download);

/// <summary>A source or patch.</summary>
internal sealed record PageSource(string Name, string? Uri, string Digest);

/// <summary>A record of a package; <paramref name="HasSbom"/> tells whether its bill of materials is there.</summary>
internal sealed record PackageEntry(
    string Key, string Hash, string Version, string Platform, ImmutableArray<string> Flags, ImmutableArray<PageOutput> Outputs, ImmutableArray<string> Needs, ImmutableArray<PageSource> Sources, ImmutableArray<string> SignedBy, bool HasSbom = false);

/// <summary>All records of a package, the last that was pushed first.</summary>
internal sealed record PackagePageData(string Name, string Summary, string License, ImmutableArray<PackageEntry> Entries);

/// <summary>An image; <paramref name="HasSbom"/> tells whether its bill of materials is there.</summary>
internal sealed record ImageEntry(string Key, string Version, string Type, string Platform, string FileName, string Digest, long Bytes, string? Tag, ImmutableArray<string> Packages, ImmutableArray<string> SignedBy, bool HasSbom = false);

/// <summary>All images of a container, the last that was pushed first.</summary>
internal sealed record ImagePageData(string Name, ImmutableArray<ImageEntry> Entries);

/// <summary>A package or container on the first page.</summary>
internal sealed record FrontRow(string Name, string Version, string Summary, int Records, long Bytes);

/// <summary>Where images are looked for by <c>actool discover</c>, which wants to know of keys, too.</summary>
/// <param name="Prefix">Of names of images.</param>
/// <param name="Template">The address of such an image.</param>
/// <param name="Keys">The address of the keys on offer.</param>
internal sealed record Discovery(string Prefix, string Template, string Keys);

/// <summary>The first page.</summary>
internal sealed record FrontPageData(ImmutableArray<FrontRow> Packages, ImmutableArray<FrontRow> Images, ImmutableArray<Discovery> Discoveries)
{
    /// <summary>Of a binhost without anything.</summary>
    public static FrontPageData Empty { get; } = new([], [], []);
}

/// <summary>The data that a page was made of is in the page: so the next push adds to it, in one step with the page itself.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PackagePageData))]
[JsonSerializable(typeof(ImagePageData))]
[JsonSerializable(typeof(FrontPageData))]
internal sealed partial class PageData : JsonSerializerContext
{
    private const string Begin = "<script type=\"application/json\" id=\"data\">";
    private const string End = "</script>";

    /// <summary>What a page was made of; null if it is none of ours.</summary>
    public static T? In<T>(ReadOnlyMemory<byte>? page, JsonTypeInfo<T> type)
        where T : class
    {
        var text = page is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "";
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = begin < Begin.Length ? -1 : text.IndexOf(End, begin, StringComparison.Ordinal);
        try
        {
            return end < 0 ? null : JsonSerializer.Deserialize(text.AsSpan(begin, end - begin), type);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The data for a page. The usual encoder leaves nothing that could end the element that it stands in.</summary>
    public static string Print<T>(T data, JsonTypeInfo<T> type) => JsonSerializer.Serialize(data, type);
}
