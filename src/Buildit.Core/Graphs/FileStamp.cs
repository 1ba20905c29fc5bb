namespace Buildit.Core.Graphs;

/// <summary>
/// The state of a file or directory as the file system tells it, without reading it: two equal stamps of one path mean the same content.
/// Times are in nanoseconds since 1970. Of a directory, it stands for all that is below it.
/// </summary>
public readonly record struct FileStamp(long Modified, long Changed, long Size, long Inode)
{
    /// <summary>The stamp of a path at which nothing is.</summary>
    public static FileStamp Nothing => default;
}
