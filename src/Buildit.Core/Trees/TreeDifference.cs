using System.Collections.Immutable;

namespace Buildit.Core.Trees;

/// <summary>A path that is not the same in two trees. One of the two is null where the path is in one of them only.</summary>
public sealed record PathDifference(string Path, TreeEntry? Expected, TreeEntry? Actual)
{
    /// <summary>Whether both have a regular file there, with different bytes.</summary>
    public bool IsContent => Expected is { Kind: EntryKind.File } e && Actual is { Kind: EntryKind.File } a && e.Content != a.Content;

    /// <summary>What differs, in words: <c>added</c>, <c>removed</c>, <c>kind</c>, or any of <c>content</c>, <c>size</c>, <c>mode</c>, <c>owner</c>, <c>target</c>.</summary>
    public ImmutableArray<string> Changes => (Expected, Actual) switch
    {
        (null, _) => ["added"],
        (_, null) => ["removed"],
        var (e, a) when e.Kind != a.Kind => ["kind"],
        var (e, a) => [.. Differing(e, a)],
    };

    private static IEnumerable<string> Differing(TreeEntry e, TreeEntry a) => new[]
    {
        (e.Content != a.Content, "content"), (e.Size != a.Size, "size"), (e.Mode != a.Mode, "mode"), ((e.Uid, e.Gid) != (a.Uid, a.Gid), "owner"), (e.Target != a.Target, "target"),
    }.Where(c => c.Item1).Select(c => c.Item2);
}

/// <summary>Compares two trees path by path.</summary>
public static class TreeDifference
{
    /// <summary>All paths that are not the same, in <see cref="PathOrder"/>.</summary>
    public static ImmutableArray<PathDifference> Between(Tree expected, Tree actual)
    {
        var before = expected.Entries.ToDictionary(e => e.Path, StringComparer.Ordinal);
        var after = actual.Entries.ToDictionary(e => e.Path, StringComparer.Ordinal);
        return
        [
            .. before.Keys.Union(after.Keys, StringComparer.Ordinal).Order(PathOrder.Instance)
                .Select(p => new PathDifference(p, before.GetValueOrDefault(p), after.GetValueOrDefault(p)))
                .Where(d => d.Expected != d.Actual),
        ];
    }
}
