namespace Buildit.Core.Trees;

/// <summary>Paths inside a tree: relative, '/' between the parts.</summary>
public static class TreePath
{
    /// <summary>Whether the path is relative and has no empty, '.' or '..' part and no NUL.</summary>
    public static bool IsClean(string path) =>
        path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal) && !path.Split('/').Any(part => part is "" or "." or "..");

    /// <summary>The directory that a path is in; empty for a path of one part.</summary>
    public static string Parent(string path) => path.LastIndexOf('/') is var i and >= 0 ? path[..i] : "";

    /// <summary>The last part.</summary>
    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>
    /// Brings a path from an archive into clean form: leading "./", repeated and trailing slashes go. Null if it is absolute or has a '..' part,
    /// that is, if it means a place outside; empty for the root itself.
    /// </summary>
    public static string? Clean(string path)
    {
        if (path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray();
        return parts.Contains("..") ? null : string.Join('/', parts);
    }

    /// <summary>Whether a symbolic link at <paramref name="path"/> with this target text stays inside the tree (absolute targets count from the tree's root).</summary>
    public static bool StaysInside(string path, string target)
    {
        var depth = target.StartsWith('/') ? 0 : path.Count(c => c == '/');
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            depth += part switch { "." => 0, ".." => -1, _ => 1 };
            if (depth < 0)
            {
                return false;
            }
        }

        return true;
    }
}
