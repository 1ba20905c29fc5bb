using System.Collections.Frozen;

namespace Buildit.Core.Trees;

/// <summary>
/// Which output a path belongs to when nobody says otherwise: the customs by which Debian splits its packages, read off the paths.
/// Used for imported packages and for what recipes install.
/// </summary>
public static class OutputSplit
{
    /// <summary>What is needed to run.</summary>
    public const string Runtime = "runtime";

    /// <summary>What is needed besides to build against.</summary>
    public const string Dev = "dev";

    /// <summary>What only people read, and translations of messages: images do without.</summary>
    public const string Doc = "doc";

    /// <summary>Detached debug symbols.</summary>
    public const string Debug = "debug";

    private static readonly FrozenSet<string> DocShares =
        FrozenSet.Create(StringComparer.Ordinal, "doc", "man", "info", "gtk-doc", "doc-base", "lintian", "locale", "help", "bug");

    private static readonly FrozenSet<string> DevShares =
        FrozenSet.Create(StringComparer.Ordinal, "pkgconfig", "cmake", "aclocal", "gir-1.0", "vala");

    private static readonly FrozenSet<string> LibraryDirectories =
        FrozenSet.Create(StringComparer.Ordinal, "lib", "lib64", "lib32", "libx32");

    /// <summary>The output for a clean path of a usr-merged tree. Below /usr and /usr/local paths tell; everything elsewhere is runtime.</summary>
    public static string Classify(string path, EntryKind kind)
    {
        var parts = path.Split('/').AsSpan();
        if (parts[0] != "usr")
        {
            return Runtime;
        }

        parts = parts.Length > 1 && parts[1] == "local" ? parts[2..] : parts[1..];
        return parts switch
        {
            ["include", ..] => Dev,
            ["share", var share, ..] when DocShares.Contains(share) => Doc,
            ["share", var share, ..] when DevShares.Contains(share) => Dev,
            ["lib", "debug", ..] => Debug,
            [var lib, .. var below] when LibraryDirectories.Contains(lib) && below.Length > 0 && IsForLinking(below, kind) => Dev,
            _ => Runtime,
        };
    }

    // `below` is the path below usr/lib: [triplet/]name, or a package's own directory.
    private static bool IsForLinking(ReadOnlySpan<string> below, EntryKind kind)
    {
        var name = below[^1];
        if (below[..^1].ContainsAny("pkgconfig", "cmake"))
        {
            return true;
        }

        if (kind == EntryKind.Directory)
        {
            return name is "pkgconfig" or "cmake";
        }

        var directly = below.Length == 1 || (below.Length == 2 && IsTriplet(below[0]));
        return name.EndsWith(".a", StringComparison.Ordinal)
            || name.EndsWith(".la", StringComparison.Ordinal)
            || (directly && name.EndsWith(".o", StringComparison.Ordinal))
            || (directly && kind == EntryKind.Symlink && name.EndsWith(".so", StringComparison.Ordinal));
    }

    /// <summary>A Debian multiarch directory: <c>x86_64-linux-gnu</c>.</summary>
    private static bool IsTriplet(string name) => name.Contains("-linux-", StringComparison.Ordinal);
}
