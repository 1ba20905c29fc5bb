using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Differences;
using Buildit.Store.Trees;

namespace Buildit.Build.Verification;

/// <summary>A path that differs, and where its content does.</summary>
public sealed record FileDifference(FileChange Path, ImmutableArray<ContentDifference> Contents);

/// <summary>An output that differs: all of its paths that do. A digest is null where there is no such output.</summary>
public sealed record OutputDifference(string Output, Digest? Expected, Digest? Actual, ImmutableArray<FileDifference> Files)
{
    // What is compared byte by byte and shown; of further files only their names are told.
    private const int MostContents = 100;

    /// <summary>All outputs that differ; empty if nothing does.</summary>
    public static ImmutableArray<OutputDifference> Between(ImmutableSortedDictionary<string, StoredTree> expected, ImmutableSortedDictionary<string, StoredTree> actual) =>
    [
        .. expected.Keys.Union(actual.Keys).Order(StringComparer.Ordinal)
            .Select(o => (Name: o, Expected: expected.GetValueOrDefault(o), Actual: actual.GetValueOrDefault(o)))
            .Where(o => o.Expected?.DiffId != o.Actual?.DiffId)
            .Select(o => Between(o.Name, o.Expected, o.Actual)),
    ];

    private static OutputDifference Between(string output, StoredTree? expected, StoredTree? actual)
    {
        var paths = FileDiff.Between(expected?.Tree.Entries ?? [], actual?.Tree.Entries ?? []);
        var looked = paths.Where(p => p.IsContent).Take(MostContents).ToDictionary(p => p.Path, p => FileComparer.Compare(PathIn(expected!, p), PathIn(actual!, p)), StringComparer.Ordinal);
        return new(output, expected?.DiffId, actual?.DiffId, [.. paths.Select(p => new FileDifference(p, looked.GetValueOrDefault(p.Path, [])))]);
    }

    private static string PathIn(StoredTree tree, FileChange change) => System.IO.Path.Combine(tree.Directory, change.Path);
}
