using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core.Diagnostics;
using Buildit.Core.Git;

namespace Buildit.Core.Discovery;

/// <summary>
/// <c>/.well-known/buildit.json</c> of a web server: which git repositories and binhosts are meant by which paths there.
/// <c>{"places": [{"prefix": "containers", "git": URL, "branch": NAME, "binhosts": [{"name": NAME, "url": URL}]}]}</c>. See docs/discovery.md.
/// </summary>
public static class WellKnownDocument
{
    /// <summary>Where it is.</summary>
    public const string Path = "/.well-known/buildit.json";

    private static readonly ImmutableArray<string> Kinds = ["branch", "tag", "commit"];

    /// <summary>What the document says of a path: the entry with the longest prefix counts. Throws <see cref="FormatException"/>, in words for people.</summary>
    /// <param name="json">The document.</param>
    /// <param name="path">Without a slash at its beginning.</param>
    public static PlaceDescription Read(ReadOnlyMemory<byte> json, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var place = document.RootElement.GetProperty("places").EnumerateArray().Select(p => (Prefix: Text(p, "prefix")?.Trim('/') ?? "", Place: p))
                .Where(p => p.Prefix.Length == 0 || path == p.Prefix || path.StartsWith(p.Prefix + "/", StringComparison.Ordinal))
                .OrderByDescending(p => p.Prefix.Length).Select(p => (JsonElement?)p.Place).FirstOrDefault();
            return place is { } found ? Describe(found) : throw new FormatException($"it names nothing for '{path}'");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("it is not a document of buildit: JSON with a list 'places'", e);
        }
    }

    private static PlaceDescription Describe(JsonElement place)
    {
        ImmutableArray<NamedBinhost> binhosts = place.TryGetProperty("binhosts", out var list) ? [.. list.EnumerateArray().Select(b => new NamedBinhost(Text(b, "name") ?? "", Text(b, "url") ?? ""))] : [];
        var wrong = binhosts.FirstOrDefault(b => !b.IsFit);
        return wrong is not null ? throw new FormatException($"its binhost '{VisibleText.Of(wrong.Name)}' has no plain name, or no address of the network")
            : Text(place, "git") is { } url ? new(Repository(place, url), binhosts)
            : binhosts.IsEmpty ? throw new FormatException("it names neither a git repository nor a binhost")
            : new(null, binhosts);
    }

    private static GitOrigin Repository(JsonElement place, string url)
    {
        var names = Kinds.Where(k => Text(place, k) is not null).ToArray();
        var revision = names switch { [] => GitRevision.Default, [var kind] => GitRevision.Parse($"{kind} {Text(place, kind)}"), _ => null };
        // A page may not send anybody into their own disk.
        return GitAddress.Mistake(url) is null && !url.StartsWith("file:", StringComparison.Ordinal) && revision is not null
            ? new(url, revision)
            : throw new FormatException($"its git repository '{VisibleText.Of(url)}' cannot be fetched from");
    }

    private static string? Text(JsonElement e, string name) => e.TryGetProperty(name, out var value) ? value.GetString() : null;
}
