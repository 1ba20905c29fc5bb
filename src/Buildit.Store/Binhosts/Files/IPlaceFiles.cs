namespace Buildit.Store.Binhosts.Files;

/// <summary>How an attempt to give a file a second name ended.</summary>
internal enum LinkOutcome
{
    /// <summary>It has it.</summary>
    Linked,

    /// <summary>Another file has that name already.</summary>
    Taken,

    /// <summary>There are no second names here (the file system has none): copy instead.</summary>
    Unsupported,
}

/// <summary>What a file system says of a file.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">When its content changed last, as exactly as the file system says it (sftp: to the second).</param>
/// <param name="IsDirectory">Whether it is a directory.</param>
internal readonly record struct FileState(long Size, DateTimeOffset Modified, bool IsDirectory = false);

/// <summary>
/// The few operations of a file system that a binhost in files needs, wherever these files are. Paths are relative to the binhost, with '/'. What a file system refuses is an
/// <see cref="IOException"/>, an <see cref="UnauthorizedAccessException"/> or a <see cref="PlaceException"/>.
/// </summary>
internal interface IPlaceFiles : IDisposable
{
    /// <summary>Where it is, for people.</summary>
    string Address { get; }

    /// <summary>Tells who writes apart from those who write by other means; part of a file name.</summary>
    string Kind { get; }

    /// <summary>
    /// Keeps others of this <see cref="Kind"/> from writing until what is returned is disposed of; null if this kind cannot do that. It is freed when its holder dies.
    /// </summary>
    Task<IDisposable?> LockAsync(string purpose, CancellationToken cancel);

    /// <summary>A file from <paramref name="offset"/> on; null if it is not there.</summary>
    Task<Stream?> OpenAsync(string path, long offset, CancellationToken cancel);

    /// <summary>What is known of a file; null if it is not there.</summary>
    Task<FileState?> StateAsync(string path, CancellationToken cancel);

    /// <summary>What is known of those of these files that are there.</summary>
    Task<IReadOnlyDictionary<string, FileState>> FindAsync(IReadOnlyCollection<string> paths, CancellationToken cancel);

    /// <summary>What is in a directory, by name; empty if it is not there.</summary>
    Task<IReadOnlyList<(string Name, FileState State)>> ListAsync(string directory, CancellationToken cancel);

    /// <summary>Makes a new file, and directories for it, as durably as can be. What <paramref name="write"/> leaves unfinished by throwing is removed.</summary>
    Task CreateAsync(string path, Func<Stream, Task> write, CancellationToken cancel);

    /// <summary>Replaces the content of a file, as durably as can be; false if it is not there.</summary>
    Task<bool> RewriteAsync(string path, ReadOnlyMemory<byte> content, long modified, CancellationToken cancel);

    /// <summary>Says when a file was changed; false if it is not there.</summary>
    Task<bool> TouchAsync(string path, long modified, CancellationToken cancel);

    /// <summary>Gives a file a second name, in a directory that is made if need be.</summary>
    Task<LinkOutcome> LinkAsync(string from, string to, CancellationToken cancel);

    /// <summary>Gives a file another name, in place of what has it, in a directory that is there; false if the file is not there.</summary>
    Task<bool> MoveAsync(string from, string to, CancellationToken cancel);

    /// <summary>Gives a directory another name that is free, or that of an empty directory; false if a directory that is not empty has it (or, where the reason is not told, something failed).</summary>
    Task<bool> MoveDirectoryAsync(string from, string to, CancellationToken cancel);

    /// <summary>Removes a file or an empty directory, if it is there.</summary>
    Task RemoveAsync(string path, CancellationToken cancel);
}
