using System.Collections.Frozen;

namespace Buildit.Core.Debian;

/// <summary>
/// Folds /bin, /sbin and /lib* into /usr. Composed roots have the links (bin -> usr/bin and so on), so only relative symbolic links
/// whose depth changed by the move need a new text.
/// </summary>
public static class UsrMerge
{
    private static readonly FrozenSet<string> Merged = FrozenSet.Create(StringComparer.Ordinal, "bin", "sbin", "lib", "lib64", "lib32", "libx32");

    /// <summary>The directories that are links into /usr in a composed root.</summary>
    public static FrozenSet<string> Directories => Merged;

    /// <summary>Where a clean path is in a merged tree: <c>lib/x</c> is <c>usr/lib/x</c>.</summary>
    public static string Fold(string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return Merged.Contains(slash < 0 ? path : path[..slash]) ? "usr/" + path : path;
    }

    /// <summary>Whether this is one of the links that make a merged tree (<c>lib -> usr/lib</c>), which every composed root has by itself.</summary>
    public static bool IsMergeLink(string path, string target) => Merged.Contains(path) && target.TrimStart('/') == "usr/" + path;

    /// <summary>The text that the link at <paramref name="path"/> (as in the archive) needs at its folded place to mean what it meant.</summary>
    public static string FoldTarget(string path, string target)
    {
        var folded = Fold(path);
        if (target.StartsWith('/') || folded == path)
        {
            return target;
        }

        var meant = Fold(Resolve(path, target));
        return Fold(Resolve(folded, target)) == meant ? target : Relative(folded, meant);
    }

    /// <summary>What a relative link means, by its text alone; ".." at the root stays there, as in the kernel.</summary>
    private static string Resolve(string path, string target)
    {
        var parts = new List<string>(path.Split('/')[..^1]);
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    private static string Relative(string from, string to)
    {
        var start = from.Split('/')[..^1];
        var end = to.Split('/');
        var common = 0;
        while (common < start.Length && common < end.Length - 1 && start[common] == end[common])
        {
            common++;
        }

        return string.Join('/', Enumerable.Repeat("..", start.Length - common).Concat(end[common..]));
    }
}
