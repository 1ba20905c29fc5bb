using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Git;

/// <summary>Reads <c>git: URL</c> with the <c>commit</c>, <c>branch</c> or <c>tag</c> beside it.</summary>
internal static class GitReader
{
    private static readonly string[] Keys = ["commit", "branch", "tag"];

    /// <summary>Null with a mistake in the bag if there is one. <paramref name="fallback"/> is what counts where none of the three is there; null = one must be.</summary>
    internal static Spanned<GitOrigin>? Read(MapReader map, GitRevision? fallback)
    {
        var url = map.RequiredText("git");
        if (url is { } address && GitAddress.Mistake(address.Value) is { } hint)
        {
            map.Bag.Error(address.Span, $"'{address.Value}' is not an address that a git repository can be fetched from", hint);
            url = null;
        }

        var written = Keys.Where(map.Has).ToArray();
        if (written.Length > 1)
        {
            map.Bag.Error(map.KeySpan(written[1]), $"'{written[1]}' beside '{written[0]}'", "name one state of the repository");
            return null;
        }

        var revision = written.Length == 0 ? fallback : Revision(map, written[0]);
        if (written.Length == 0 && fallback is null)
        {
            map.Bag.Error(map.Span, "a git source needs a 'commit', 'branch' or 'tag'", "what a branch or tag stands for is looked up once and kept in buildit.lock");
        }

        return url is { } at && revision is not null ? new(new(at.Value, revision), at.Span) : null;
    }

    private static GitRevision? Revision(MapReader map, string key)
    {
        if (map.SpannedText(key) is not { } name)
        {
            return null;
        }

        if (GitRevision.Parse($"{key} {(key == "commit" ? name.Value.ToLowerInvariant() : name.Value)}") is { } revision)
        {
            return revision;
        }

        var (message, hint) = key == "commit"
            ? ($"'{name.Value}' is not the whole id of a commit", "write all 40 hexadecimal digits, as 'git rev-parse' prints them")
            : ($"'{name.Value}' is not the name of a {key}", null);
        map.Bag.Error(name.Span, message, hint);
        return null;
    }
}
