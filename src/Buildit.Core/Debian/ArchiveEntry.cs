using Buildit.Core.Trees;

namespace Buildit.Core.Debian;

/// <summary>An entry of a .deb's data archive, as it is written there.</summary>
/// <param name="Path">Its name, such as <c>./usr/bin/make</c>.</param>
/// <param name="Kind">What it is; null for devices, pipes and everything else that a tree cannot hold.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Mtime">Seconds since 1970.</param>
public readonly record struct ArchiveEntry(string Path, EntryKind? Kind, int Mode, long Mtime)
{
    /// <summary>Text of a symbolic link, or name of the entry that a hard link names.</summary>
    public string Target { get; init; } = "";

    /// <summary>Numeric owner.</summary>
    public int Uid { get; init; }

    /// <summary>Numeric group.</summary>
    public int Gid { get; init; }

    /// <summary>Bytes of a regular file.</summary>
    public long Size { get; init; }
}

/// <summary>Where an entry goes.</summary>
/// <param name="Output">The output that it belongs to.</param>
/// <param name="Entry">Its place and properties there; the content's digest is still missing for a file.</param>
/// <param name="IsRepeated">It is there already under its other spelling (<c>lib/x</c>, <c>usr/lib/x</c>): only its content needs to be compared.</param>
public sealed record Placement(string Output, TreeEntry Entry, bool IsRepeated)
{
    /// <summary>For a hard link: the file that it shares its content with, and that file's output.</summary>
    public (string Output, string Path)? SharedWith { get; init; }
}
