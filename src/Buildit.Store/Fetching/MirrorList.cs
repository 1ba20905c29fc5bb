using System.Collections.Immutable;

namespace Buildit.Store.Fetching;

/// <summary>Makes addresses from the short forms of recipes and of the distribution's indexes, over a list of mirrors' base addresses, in their order.</summary>
public sealed class MirrorList(IEnumerable<string> bases)
{
    private const string Debian = "debian:";
    private readonly ImmutableArray<string> _bases = [.. bases.Select(b => b.TrimEnd('/'))];

    /// <summary>
    /// Expands <c>debian:SOURCE/FILE</c>, or <c>debian:COMPONENT/SOURCE/FILE</c>, into the distribution's source pool; any other address stays as it is.
    /// Throws <see cref="FormatException"/> on a malformed one.
    /// </summary>
    public ImmutableArray<string> Expand(string url) => url.StartsWith(Debian, StringComparison.Ordinal) ? ForPath(PoolPath(url)) : [url];

    /// <summary>Expands a source's own address and its mirrors, each result once.</summary>
    public ImmutableArray<string> ExpandAll(IEnumerable<string> urls) => [.. urls.SelectMany(u => Expand(u)).Distinct(StringComparer.Ordinal)];

    /// <summary>A file of the mirrors by the path that their indexes give, for example <c>pool/main/n/nginx/nginx_1.22.1-9_amd64.deb</c>.</summary>
    public ImmutableArray<string> ForPath(string path) => [.. _bases.Select(b => $"{b}/{Escape(path)}")];

    /// <summary>The path in the pool that <c>debian:[COMPONENT/]SOURCE/FILE</c> names.</summary>
    public static string PoolPath(string url)
    {
        var parts = url.StartsWith(Debian, StringComparison.Ordinal) ? url[Debian.Length..].Split('/') : [];
        if (parts.Length is not (2 or 3) || parts.Any(p => p is "" or "." or ".."))
        {
            throw new FormatException($"not of the form debian:SOURCE/FILE: '{url}'");
        }

        var component = parts.Length == 3 ? parts[0] : "main";
        var source = parts[^2];
        // Debian's pool sorts by first letter, and the many "lib..." by their fourth.
        var group = source.StartsWith("lib", StringComparison.Ordinal) && source.Length > 3 ? source[..4] : source[..1];
        return $"pool/{component}/{group}/{source}/{parts[^1]}";
    }

    // '~' and '+' are usual in versions, and mirrors take both as they are.
    private static string Escape(string path) => string.Join('/', path.Split('/').Select(p => Uri.EscapeDataString(p).Replace("%2B", "+", StringComparison.Ordinal)));
}
