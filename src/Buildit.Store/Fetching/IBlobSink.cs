using Buildit.Core;

namespace Buildit.Store.Fetching;

/// <summary>The part of the blob store that a download needs.</summary>
public interface IBlobSink
{
    /// <summary>The size of the blob if the store has it, else null.</summary>
    long? Find(Digest digest);

    /// <summary>
    /// Where an unfinished download of this name lives until it is complete: in an existing directory, on the blobs' file system.
    /// A file with ".state" added lies beside it; it is also the lock between processes and stays behind, some 100 bytes, until the store is swept.
    /// </summary>
    string PartialPath(string key);

    /// <summary>Moves a complete file, whose bytes were found to have this digest, into the store, durably. If the blob is there already, the file is dropped.</summary>
    Task CommitAsync(string tempPath, Digest digest, CancellationToken cancel);
}
