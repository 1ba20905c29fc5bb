using System.Collections.Immutable;

namespace Buildit.Core.Registries;

/// <summary>How a registry wants to be told who asks: one <c>WWW-Authenticate</c> of RFC 9110, 11.6.1.</summary>
/// <param name="Scheme">In lower case: <c>basic</c>, <c>bearer</c>.</param>
/// <param name="Parameters">By name in lower case.</param>
public sealed record AuthChallenge(string Scheme, ImmutableDictionary<string, string> Parameters)
{
    /// <summary>Reads the parameters <c>name="value",name=value</c> of a scheme.</summary>
    public static AuthChallenge Parse(string scheme, string? parameters)
    {
        var found = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var rest = (parameters ?? "").AsSpan().TrimStart(" ,"); rest.IndexOf('=') is var equals and > 0; rest = rest.TrimStart(" ,"))
        {
            var name = rest[..equals].Trim().ToString().ToLowerInvariant();
            rest = rest[(equals + 1)..];
            var isQuoted = rest.StartsWith("\"");
            rest = isQuoted ? rest[1..] : rest;
            var end = rest.IndexOf(isQuoted ? '"' : ',') is var i and >= 0 ? i : rest.Length;
            found[name] = rest[..end].ToString();
            rest = rest[Math.Min(rest.Length, end + 1)..];
        }

        return new(scheme.ToLowerInvariant(), found.ToImmutable());
    }

    /// <summary>Where and for what a token is to be asked for; null if this is no challenge of that kind.</summary>
    public Uri? Realm => Scheme == "bearer" && Uri.TryCreate(Parameters.GetValueOrDefault("realm"), UriKind.Absolute, out var realm) ? realm : null;
}
