using System.Collections.Concurrent;
using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Store.Files;
using Buildit.Store.Native;
using Buildit.Store.Trees;
using Microsoft.Data.Sqlite;

namespace Buildit.Store;

/// <summary>
/// The local content store. Content is named by its digest, never changes, and is registered only when it is durable:
/// temporary name, sync, rename, sync of the directory. The process may die at any instruction.
/// </summary>
public sealed class ContentStore : IDisposable
{
    private readonly ConcurrentDictionary<Digest, bool> _verified = [];
    private readonly GroupSync _sync;
    private readonly ProcessDirectory? _own;
    private readonly string? _readOnly;
    private long _names;

    private ContentStore(StorePaths paths, StoreIndex index, string? readOnly)
    {
        Paths = paths;
        Index = index;
        _sync = new(paths.Root);
        _readOnly = readOnly;
        if (readOnly is null)
        {
            ProcessDirectory.Sweep(paths.Work);
            _own = ProcessDirectory.Claim(paths.Work);
        }
    }

    /// <summary>Where things are.</summary>
    public StorePaths Paths { get; }

    /// <summary>What is there.</summary>
    public StoreIndex Index { get; }

    /// <summary>Whether nothing can be added.</summary>
    public bool IsReadOnly => _readOnly is not null;

    /// <summary>Opens a store, making it if there is none. A store that cannot be written can still be read.</summary>
    public static ContentStore Open(string root)
    {
        RequireNoFile(root);
        var paths = new StorePaths(root);
        var writable = StoreDirectories.TryMake(paths, out var reason);
        try
        {
            if (!writable && !File.Exists(paths.Index))
            {
                throw StoreErrors.Unwritable(root, reason!);
            }

            return new(paths, writable ? StoreIndex.Open(paths.Index) : StoreIndex.OpenToRead(paths.Index), reason);
        }
        catch (SqliteException e)
        {
            throw StoreErrors.UnusableIndex(paths, e);
        }
    }

    /// <summary>Opens a store to look at it, without leaving a trace: nothing is made, swept or put aside. One that is not there is empty.</summary>
    public static ContentStore OpenToRead(string root)
    {
        RequireNoFile(root);
        var paths = new StorePaths(root);
        try
        {
            return new(paths, StoreIndex.OpenToRead(paths.Index), "it was opened to be looked at");
        }
        catch (SqliteException e)
        {
            throw StoreErrors.UnusableIndex(paths, e);
        }
    }

    /// <summary>Throws if there is a file where the directory of a store has to be.</summary>
    public static void RequireNoFile(string root)
    {
        if (FileInTheWay.Of(root) is { } file)
        {
            throw new BuilditException(ExitCode.StoreFailed, $"the store cannot be '{root}': {(file == root ? "that" : $"'{file}'")} is a file", "name a directory: set BUILDIT_STORE or 'store:' in .buildit-config.yaml");
        }
    }

    /// <summary>Whether a blob is there.</summary>
    public bool HasBlob(Digest digest) => File.Exists(Paths.Blob(digest));

    /// <summary>Stores bytes and gives their digest.</summary>
    public async Task<Digest> PutBlobAsync(ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        var digest = Digest.Of(content.Span);
        if (VerifiedBlobPath(digest) is null)
        {
            var temp = NewWorkPath("blob");
            await File.WriteAllBytesAsync(temp, content, cancel);
            await CommitBlobAsync(temp, digest);
        }

        return digest;
    }

    /// <summary>Takes a finished file, whose digest the caller has computed while it wrote it, as a blob.</summary>
    public async Task CommitBlobAsync(string file, Digest digest)
    {
        using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(handle);
        }

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move(file, Paths.Blob(digest), overwrite: true);
        _verified[digest] = true;
        await Task.Run(() => Posix.SyncDirectory(Paths.Blobs));
    }

    /// <summary>The bytes of a blob, verified; null if it is not there or is not what its name says (then it is put aside).</summary>
    public byte[]? ReadBlob(Digest digest)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(Paths.Blob(digest));
        }
        catch (IOException) when (!HasBlob(digest))
        {
            return null;
        }

        if (Digest.Of(bytes) == digest)
        {
            return bytes;
        }

        Quarantine(Paths.Blob(digest));
        return null;
    }

    /// <summary>Path of a blob whose bytes were checked in this process; null as for <see cref="ReadBlob"/>.</summary>
    public string? VerifiedBlobPath(Digest digest)
    {
        var path = Paths.Blob(digest);
        if (!File.Exists(path))
        {
            return null;
        }

        if (_verified.ContainsKey(digest))
        {
            return path;
        }

        using (var stream = File.OpenRead(path))
        {
            if (Digest.Of(stream) != digest)
            {
                Quarantine(path);
                return null;
            }
        }

        _verified[digest] = true;
        return path;
    }

    /// <summary>A tree that is there, or null.</summary>
    public StoredTree? FindTree(Digest diffId)
    {
        try
        {
            return Directory.Exists(Paths.Tree(diffId)) ? new(diffId, Tree.Parse(File.ReadAllText(Paths.TreeManifest(diffId))), Paths.Tree(diffId)) : null;
        }
        catch (Exception e) when (e is FileNotFoundException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Reads all files of a tree that is there; false if it is not what its name says (then it is put aside).</summary>
    public bool VerifyTree(Digest diffId)
    {
        if (FindTree(diffId)?.IsWhole() == true)
        {
            return true;
        }

        Quarantine(Paths.TreeManifest(diffId));
        Quarantine(Paths.Tree(diffId));
        return false;
    }

    /// <summary>Whether a tree is there, without reading it.</summary>
    public bool HasTree(Digest diffId) => Directory.Exists(Paths.Tree(diffId)) && File.Exists(Paths.TreeManifest(diffId));

    /// <summary>Names a finished directory by its diffID; it becomes part of the store with <see cref="CommitAsync"/>.</summary>
    public StoredTree PrepareTree(Tree tree, string directory)
    {
        var stored = StoredTree.Of(tree, directory);
        if (!HasTree(stored.DiffId))
        {
            TreePermissions.MakeReadOnly(tree, directory);
        }

        return stored;
    }

    /// <summary>
    /// Makes prepared trees and small blobs part of the store, together and durably: two syncs, however much there is.
    /// Afterwards the trees' files belong to the store.
    /// </summary>
    public Task<ImmutableArray<StoredTree>> CommitAsync(IReadOnlyCollection<StoredTree> trees, IReadOnlyCollection<byte[]> blobs, CancellationToken cancel) =>
        new StoreCommit(this).RunAsync(trees, blobs, cancel);

    /// <summary>Completes when everything written below the store so far is durable.</summary>
    public Task SyncAsync() => _sync.FlushAsync();

    /// <summary>A directory for this process's temporary files: its own in the store, which is gone with it, or the system's if the store cannot be written.</summary>
    public string Scratch => _own?.Path ?? Path.GetTempPath();

    /// <summary>A new name in this process's own directory, for what is to become part of the store. Throws if the store cannot be written.</summary>
    public string NewWorkPath(string purpose) =>
        Path.Combine(_own?.Path ?? throw StoreErrors.Unwritable(Paths.Root, _readOnly!), FormattableString.Invariant($"{purpose}-{Interlocked.Increment(ref _names)}"));

    /// <summary>Throws if the store cannot be written: before work that would be in vain.</summary>
    public void RequireWritable()
    {
        if (_readOnly is not null)
        {
            throw StoreErrors.Unwritable(Paths.Root, _readOnly);
        }
    }

    /// <summary>A name for a directory that outlives this process, for people to look into.</summary>
    public string NewKeptPath(string purpose) => Path.Combine(Paths.Work, $"{purpose}-{Path.GetRandomFileName()}");

    /// <summary>Closes the index and deletes what is unfinished.</summary>
    public void Dispose()
    {
        Index.Dispose();
        _own?.Dispose();
    }

    /// <summary>Puts a file or directory that is not what its name says aside, so that it can be made anew; in a store that cannot be written it is only not used.</summary>
    private void Quarantine(string path)
    {
        if (_readOnly is null)
        {
            WorkDirectory.TryMove(path, NewKeptPath("corrupt"));
        }
    }
}
