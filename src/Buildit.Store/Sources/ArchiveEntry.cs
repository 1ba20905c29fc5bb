using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Store.Sources;

/// <summary>One entry of an archive as it stands there: names are not checked yet.</summary>
/// <param name="Name">The path as written.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Executable">Whether any execute bit is set: all that sources keep of the mode.</param>
/// <param name="Mtime">Seconds since 1970.</param>
/// <param name="Target">Text of a symbolic link, or name of the entry that a hard link means.</param>
/// <param name="Content">Bytes of a regular file; to be read before the next entry is asked for.</param>
internal sealed record ArchiveEntry(string Name, EntryKind Kind, bool Executable, long Mtime, string? Target = null, Stream? Content = null)
{
    /// <summary>Permission bits, where the kind of archive has them.</summary>
    public int Mode { get; init; }

    /// <summary>Numeric owner, where the kind of archive has one; -1 for one that is out of range.</summary>
    public int Uid { get; init; }

    /// <summary>Bytes of a regular file, where the kind of archive says it before them.</summary>
    public long Size { get; init; }

    /// <summary>What a program may do besides, where the kind of archive has it.</summary>
    public FileCapabilities? Capabilities { get; init; }

    /// <summary>Numeric group, as <see cref="Uid"/>.</summary>
    public int Gid { get; init; }
}

/// <summary>Something in an archive is refused; <see cref="SourceArchive"/> adds the archive's name.</summary>
internal sealed class RefusedException(string message) : Exception(message)
{
    /// <summary>"entry 'NAME' WHY".</summary>
    public static RefusedException Entry(string name, string why) => new($"entry '{VisibleText.Of(name)}' {why}");
}
