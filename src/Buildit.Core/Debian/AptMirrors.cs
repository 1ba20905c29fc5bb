using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Buildit.Core.Debian;

/// <summary>A place that serves Debian's archive, as this machine's apt knows it.</summary>
/// <param name="BaseUrl">What <c>dists/</c> and <c>pool/</c> are below, without a final slash.</param>
/// <param name="Proxy">The proxy to go through, or null.</param>
public sealed record AptMirror(string BaseUrl, string? Proxy);

/// <summary>Picks Debian's archive out of everything that an apt configuration names.</summary>
public static class AptMirrors
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.Ordinal,
        "stable", "oldstable", "oldoldstable", "testing", "unstable", "experimental", "sid",
        "buster", "bullseye", "bookworm", "trixie", "forky", "duke");

    /// <summary>
    /// Base URLs of the sources that have <c>main</c> of a Debian suite, in their order; those that only have its additions (security, updates) after them.
    /// </summary>
    public static ImmutableArray<AptMirror> OfDebian(IEnumerable<AptSource> sources, string suite, AptSettings settings)
    {
        var debian = sources.Where(s => s.Components.Contains("main") && s.Suites.Any(name => IsDebian(name, suite)));
        return
        [
            .. debian.OrderBy(s => s.Suites.Any(name => name == suite || Names.Contains(name)) ? 0 : 1)
                .Where(s => Uri.TryCreate(s.Uri, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "file")
                .Select(s => new AptMirror(s.Uri.TrimEnd('/'), settings.ProxyFor(new(s.Uri))))
                .DistinctBy(m => m.BaseUrl),
        ];
    }

    // "bookworm-updates", "trixie-security", and the old "buster/updates".
    private static bool IsDebian(string name, string suite)
    {
        var end = name.AsSpan().IndexOfAny('-', '/');
        var stem = end < 0 ? name : name[..end];
        return name == suite || stem == suite || Names.Contains(stem);
    }
}
