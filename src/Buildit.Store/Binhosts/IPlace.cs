using Buildit.Core;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts;

/// <summary>A small document as a place has it now.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Version">What tells this state from any other of the same document (an ETag, a digest); empty if the place cannot say.</param>
public sealed record PlaceDocument(ReadOnlyMemory<byte> Content, string Version);

/// <summary>
/// A place that a binhost is read from: a directory, a web server, an account, a registry, a bucket. Paths are those of <see cref="Core.Binhosts.BinhostLayout"/>.
/// What it gives is believed by nobody: documents are signed or name blobs, blobs are verified by their digest. What is not there is null; a place that fails
/// throws <see cref="PlaceException"/>. Implementations do not retry and have no patience of their own: <see cref="GuardedPlace"/> does that for all of them.
/// </summary>
public interface IPlace : IDisposable
{
    /// <summary>Where it is, for people: without passwords.</summary>
    string Address { get; }

    /// <summary>
    /// Whether it is asked for each record by its key, because it has no catalog: nobody could write to one without losing what others write, or it tells just as
    /// well itself what is there. A record that has two keys is there under both.
    /// </summary>
    bool FindsByName => false;

    /// <summary>A document, at most <see cref="Core.Binhosts.BinhostLayout.LargestDocument"/> bytes; null if it is not there.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="known">The state that the caller has, if any: returned itself if nothing changed.</param>
    /// <param name="cancel">Ends waiting.</param>
    Task<PlaceDocument?> GetAsync(string path, PlaceDocument? known, CancellationToken cancel);

    /// <summary>The bytes of a blob from <paramref name="offset"/> on, and no others; null if it is not there.</summary>
    Task<Stream?> OpenBlobAsync(Digest digest, long offset, CancellationToken cancel);

    /// <summary>Which of these blobs are there, and how long they are (null: the place does not say): in as few round trips as it can do it in.</summary>
    Task<IReadOnlyDictionary<Digest, long?>> FindBlobsAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancel);
}

/// <summary>A place that can be written to. Several may write at the same time, each may die at any moment, and readers never see anything half-written.</summary>
public interface IWritablePlace : IPlace
{
    /// <summary>Puts a blob; nothing happens if it is there and has this size, and what has another is damaged and replaced. <paramref name="open"/> gives its bytes, and may be called again after a failure.</summary>
    Task PutBlobAsync(Digest digest, long size, Func<Stream> open, CancellationToken cancel);

    /// <summary>
    /// Replaces a document by what <paramref name="change"/> makes of its present content (null: it is not there), as if nobody else wrote meanwhile:
    /// by a lock, or by comparing versions and asking <paramref name="change"/> again; where neither can be had, <see cref="Core.Binhosts.DocumentJoin"/> brings together what was written. If that gives null, nothing is written. It may read and put blobs.
    /// </summary>
    Task UpdateAsync(string path, Func<ReadOnlyMemory<byte>?, Task<ReadOnlyMemory<byte>?>> change, CancellationToken cancel);

    /// <summary>Gives a blob that is there a further name, under which other programs look for it (<c>aci/...</c>); what has that name is replaced.</summary>
    Task LinkAsync(string path, Digest blob, CancellationToken cancel);
}

/// <summary>A file of a place.</summary>
/// <param name="Path">Its name, as in <see cref="Core.Binhosts.BinhostLayout"/>.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">When it was written, by the clock of whoever keeps it.</param>
public sealed record PlaceFile(string Path, long Size, DateTimeOffset Modified);

/// <summary>A place that can be tidied: its files can be listed, and removed while others write.</summary>
public interface IKeptPlace : IWritablePlace
{
    /// <summary>All files in a directory and below it, by path; empty if it is not there. An empty name is the whole place.</summary>
    Task<IReadOnlyList<PlaceFile>> ListAsync(string directory, CancellationToken cancel);

    /// <summary>What is at the top of it, by name; empty if it is not there.</summary>
    Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancel);

    /// <summary>Puts a blob in place of what is there under its name: for what is known to be damaged.</summary>
    Task ReplaceBlobAsync(Digest digest, long size, Func<Stream> open, CancellationToken cancel);

    /// <summary>Any file; null if it is not there.</summary>
    Task<Stream?> OpenAsync(string path, CancellationToken cancel);

    /// <summary>Which of these files are there.</summary>
    Task<IReadOnlySet<string>> FindAsync(IReadOnlyCollection<string> paths, CancellationToken cancel);

    /// <summary>
    /// Removes files while nobody replaces a document. <paramref name="choose"/> is asked which, when that is so. False if somebody else went on, because this process was silent
    /// for too long: then the rest is still there.
    /// </summary>
    Task<bool> RemoveAsync(Func<Task<IReadOnlyCollection<string>>> choose, CancellationToken cancel);
}
