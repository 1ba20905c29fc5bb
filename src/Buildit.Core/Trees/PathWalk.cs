namespace Buildit.Core.Trees;

/// <summary>Finds what a path leads to within a file system of entries, as a program that lives in it would.</summary>
public static class PathWalk
{
    private const int MostLinks = 40;

    /// <summary>The path of the entry at a path: symbolic links are followed, within the root. Null if there is nothing.</summary>
    /// <param name="find">The entry at a very path, or null.</param>
    /// <param name="path">Where to look; absolute, or counted from the root.</param>
    /// <param name="followLast">Whether a link at the very end is followed, too.</param>
    public static string? Resolve(Func<string, TreeEntry?> find, string path, bool followLast = true)
    {
        var left = new Stack<string>(Steps(path).Reverse());
        var at = new List<string>();
        for (var links = 0; left.TryPop(out var part);)
        {
            if (part == "..")
            {
                at.RemoveRange(Math.Max(0, at.Count - 1), Math.Min(1, at.Count));
                continue;
            }

            at.Add(part);
            var entry = find(string.Join('/', at));
            if (entry is null || (left.Count > 0 && entry.Kind is EntryKind.File or EntryKind.HardLink))
            {
                return null;
            }

            if (entry is { Kind: EntryKind.Symlink, Target: { } target } && (followLast || left.Count > 0))
            {
                if (++links > MostLinks)
                {
                    return null;
                }

                at.RemoveRange(target.StartsWith('/') ? 0 : at.Count - 1, target.StartsWith('/') ? at.Count : 1);
                foreach (var step in Steps(target).Reverse())
                {
                    left.Push(step);
                }
            }
        }

        var found = string.Join('/', at);
        return find(found) is null ? null : found;
    }

    private static IEnumerable<string> Steps(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".");
}
