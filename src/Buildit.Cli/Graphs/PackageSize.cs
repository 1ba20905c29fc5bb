using Buildit.Core.Records;
using Buildit.Store;

namespace Buildit.Cli.Graphs;

/// <summary>How much space the files of a package take.</summary>
internal static class PackageSize
{
    /// <summary>Bytes of the regular files in these outputs, or in all; null if a tree is not in the store.</summary>
    public static long? Of(ContentStore store, Record record, params string[] outputs)
    {
        var trees = record.Outputs.Where(o => outputs.Length == 0 || outputs.Contains(o.Key)).Select(o => store.FindTree(o.Value)).ToArray();
        return trees.Any(t => t is null) ? null : trees.Sum(t => t!.Tree.Entries.Sum(e => e.Size));
    }
}
