using Buildit.Core.Diagnostics;
using Buildit.Core.Git;

namespace Buildit.Core.Discovery;

/// <summary>A place to discover recipes and binhosts at, as <c>--discover</c> and <c>discover:</c> name it: <c>HOST/PATH[,push=True]</c>.</summary>
/// <param name="Place"><c>HOST/PATH</c>, a web address, or one of a git repository.</param>
/// <param name="Push">Whether what was built is pushed there.</param>
/// <param name="Span">Where it is written; null for the command line.</param>
public sealed record DiscoveryEntry(string Place, bool Push, SourceSpan? Span)
{
    private const string Forms = "write HOST/PATH, a web address, or that of a git repository (git://, ssh://, user@host:path, file:///, or anything that ends with .git)";

    /// <summary>The repository, where the address can be of nothing else; null = it must be found out.</summary>
    public GitOrigin? Git => IsGit(Place) ? new(Place, GitRevision.Default) : null;

    /// <summary>Whether the place is on this machine, so that it may name other places of this machine.</summary>
    public bool IsLocal => Place.StartsWith("file:///", StringComparison.Ordinal);

    /// <summary>The web address; null for a git repository.</summary>
    public Uri? Web => IsGit(Place) ? null : new(Place.Contains("://", StringComparison.Ordinal) ? Place : "https://" + Place);

    /// <summary>Reads what a person wrote; null with a mistake and what to write instead.</summary>
    public static DiscoveryEntry? Parse(string written, SourceSpan? span, out Diagnostic? mistake)
    {
        var parts = written.Split(',');
        var (place, push) = (parts[0].TrimEnd('/'), false);
        mistake = null;
        foreach (var option in parts.Skip(1))
        {
            if (option.Split('=') is ["push", var value] && bool.TryParse(value, out var isPush))
            {
                push = isPush;
            }
            else
            {
                mistake = new($"'{option}' is no option of a place to discover", span, "there is one: push=True");
            }
        }

        mistake ??= Mistake(place) is { } hint ? new($"'{place}' is no place that can be discovered", span, hint) : null;
        return mistake is null ? new(place, push, span) : null;
    }

    private static string? Mistake(string place)
    {
        if (place.StartsWith('/') || place.StartsWith('.') || place.Length == 0)
        {
            return place.Length == 0 ? Forms : "a directory with recipes stands under 'recipes' of the configuration; of a git repository write file:// and its absolute path";
        }

        return IsGit(place) ? GitAddress.Mistake(place)
            : Uri.TryCreate(place.Contains("://", StringComparison.Ordinal) ? place : "https://" + place, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Query.Length == 0 && uri.UserInfo.Length == 0 && !place.Any(c => c <= ' ') ? null
            : Forms;
    }

    private static bool IsGit(string place) =>
        place.EndsWith(".git", StringComparison.Ordinal) || place.StartsWith("git://", StringComparison.Ordinal) || place.StartsWith("ssh://", StringComparison.Ordinal) || place.StartsWith("file:", StringComparison.Ordinal)
        || (!place.Contains("://", StringComparison.Ordinal) && place.IndexOf('@', StringComparison.Ordinal) is var at and > 0 && place.IndexOf(':', StringComparison.Ordinal) > at);
}
