namespace Buildit.Core.Trees;

/// <summary>What a path of a tree is. Devices, sockets and pipes are never part of a tree.</summary>
public enum EntryKind
{
    /// <summary>A directory, always listed explicitly.</summary>
    Directory,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A symbolic link; <see cref="TreeEntry.Target"/> is its text, never followed.</summary>
    Symlink,

    /// <summary>A further name of a file of the same tree; <see cref="TreeEntry.Target"/> is that file's path.</summary>
    HardLink,
}

/// <summary>One path of a tree. <paramref name="Path"/> is relative, with '/' between its parts, and has no '.', '..' or empty part.</summary>
public sealed record TreeEntry(string Path, EntryKind Kind)
{
    /// <summary>Permission bits, 07777 at most. 0777 for symbolic links.</summary>
    public int Mode { get; init; } = Kind switch { EntryKind.Directory => 0x1ED, EntryKind.Symlink => 0x1FF, _ => 0x1A4 };

    /// <summary>Numeric owner.</summary>
    public int Uid { get; init; }

    /// <summary>Numeric group.</summary>
    public int Gid { get; init; }

    /// <summary>Bytes of a regular file, else 0.</summary>
    public long Size { get; init; }

    /// <summary>Digest of a regular file's bytes, else empty.</summary>
    public Digest Content { get; init; }

    /// <summary>Text of a symbolic link, or path of the file that a hard link names.</summary>
    public string? Target { get; init; }

    /// <summary>What a program may do besides; of regular files only, and null for almost all.</summary>
    public FileCapabilities? Capabilities { get; init; }

    /// <summary>Whether any execute bit is set.</summary>
    public bool IsExecutable => (Mode & 0x49) != 0;
}
