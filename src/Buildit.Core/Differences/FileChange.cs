using System.Collections.Immutable;
using Buildit.Core.Trees;

namespace Buildit.Core.Differences;

/// <summary>One thing about a file that is not what it was.</summary>
/// <param name="Name">What it is: <c>mode</c>, <c>owner</c>, <c>capabilities</c>, <c>size</c>, <c>content</c>, <c>target</c>, <c>kind</c>; of ELF files <c>soname</c>, <c>needed</c>, <c>interpreter</c>, <c>run path</c>.</param>
/// <param name="Old">Before.</param>
/// <param name="New">Now.</param>
public sealed record Aspect(string Name, string Old, string New);

/// <summary>A path of a tree that is not what it was. One of the two entries is null if it was not there, or no longer is.</summary>
/// <param name="Old">Before.</param>
/// <param name="New">Now.</param>
public sealed record FileChange(TreeEntry? Old, TreeEntry? New)
{
    /// <summary>The path.</summary>
    public string Path => (New ?? Old)!.Path;

    /// <summary>What changed of a path that is there before and now.</summary>
    public ImmutableArray<Aspect> Aspects { get; init; } = [];

    /// <summary>Whether both are regular files, with different bytes.</summary>
    public bool IsContent => Old is { Kind: EntryKind.File } old && New is { Kind: EntryKind.File } now && old.Content != now.Content;

    /// <summary>What happened, in words: <c>added</c>, <c>removed</c>, <c>kind</c>, else the names of all aspects.</summary>
    public ImmutableArray<string> Words => (Old, New) switch
    {
        (null, _) => ["added"],
        (_, null) => ["removed"],
        var (old, now) when old.Kind != now.Kind => ["kind"],
        _ => [.. Aspects.Select(a => a.Name)],
    };
}
