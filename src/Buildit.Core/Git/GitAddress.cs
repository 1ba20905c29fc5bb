using System.Collections.Immutable;

namespace Buildit.Core.Git;

/// <summary>Addresses of git repositories (git-fetch(1), "GIT URLS"): those that reach a server or a directory, and no others, since git also knows some that run commands.</summary>
public static class GitAddress
{
    private static readonly ImmutableArray<string> Schemes = ["https://", "http://", "ssh://", "git://"];

    /// <summary>What to write instead of this address; null if it is one that can be fetched from.</summary>
    public static string? Mistake(string url)
    {
        const string Forms = "write https://, http://, ssh://, git://, user@host:path, or file:/// with an absolute path";
        if (url.StartsWith('-') || url.Any(c => char.IsControl(c) || c == ' ') || url.Contains("::", StringComparison.Ordinal))
        {
            return Forms;
        }

        if (url.StartsWith("file:///", StringComparison.Ordinal))
        {
            return null;
        }

        var scheme = Schemes.FirstOrDefault(s => url.StartsWith(s, StringComparison.Ordinal));
        return (scheme is null ? IsScp(url) : IsHost(url[scheme.Length..].Split('/')[0]) && url[scheme.Length..].Contains('/', StringComparison.Ordinal)) ? null : Forms;
    }

    /// <summary>The repository's own name: the last part of the address without <c>.git</c>.</summary>
    public static string Name(string url)
    {
        var trimmed = url.TrimEnd('/');
        var name = trimmed[(trimmed.LastIndexOfAny(['/', ':']) + 1)..];
        return name.EndsWith(".git", StringComparison.Ordinal) && name.Length > 4 ? name[..^4] : name;
    }

    /// <summary>The address of a submodule as <c>.gitmodules</c> writes it: one that begins with <c>./</c> or <c>../</c> counts from the repository's own (gitmodules(5)).</summary>
    public static string OfSubmodule(string repository, string written)
    {
        if (!written.StartsWith("./", StringComparison.Ordinal) && !written.StartsWith("../", StringComparison.Ordinal))
        {
            return written;
        }

        var (place, separator) = (repository.TrimEnd('/'), '/');
        while (written.StartsWith('.'))
        {
            if (written.StartsWith("./", StringComparison.Ordinal))
            {
                written = written[2..];
            }
            else if (written.StartsWith("../", StringComparison.Ordinal))
            {
                written = written[3..];
                var slash = place.LastIndexOf('/');
                separator = slash < 0 ? ':' : '/';
                var end = slash < 0 ? place.LastIndexOf(':') : slash;
                place = end < 0 ? "" : place[..end];
            }
            else
            {
                break;
            }
        }

        return place + separator + written;
    }

    // "user@host:path": no slash before the colon, or it would be a path.
    private static bool IsScp(string url) => url.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && IsHost(url[..colon]) && url.Length > colon + 1 && url[colon + 1] is not ('-' or '/' or ':');

    // ssh would take a host that begins with '-' for an option.
    private static bool IsHost(string authority) => authority[(authority.LastIndexOf('@') + 1)..] is { Length: > 0 } host && !host.StartsWith('-') && !authority.StartsWith('-') && !host.Contains('/', StringComparison.Ordinal);
}
