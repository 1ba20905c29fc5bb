using System.Collections.Concurrent;
using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Keys;
using Buildit.Core.Records;

namespace Buildit.Store.Keeping;

/// <summary>How much of a store is in one of its directories.</summary>
public sealed record StoreShare(string Directory, int Files, long Bytes);

/// <summary>What the index has now.</summary>
public sealed record RebuiltIndex(int Records, int Added, int Removed);

/// <summary>Looks after a store, while others work in it.</summary>
public sealed class StoreKeeping(ContentStore store)
{
    // An envelope as it is written: whatever else is a blob need not be read.
    private static readonly byte[] EnvelopeStart = "{\"payloadType\":"u8.ToArray();

    /// <summary>Sizes by directory. Files with several names count once for each.</summary>
    public ImmutableArray<StoreShare> Measure() =>
    [
        .. new DirectoryInfo(store.Paths.Root).EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal).Select(entry => entry is DirectoryInfo directory && directory.LinkTarget is null
            ? Of(directory)
            : new StoreShare(entry.Name, 1, entry is FileInfo file ? file.Length : 0)),
    ];

    /// <summary>Reads everything that is named by its digest, and puts aside what is not what its name says; tells the names of that. Throws if the store cannot be written.</summary>
    /// <param name="read">Told of each thing that was read.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<ImmutableArray<string>> VerifyAsync(Action read, CancellationToken cancel)
    {
        store.RequireWritable();
        var damaged = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Named(Directory.EnumerateFiles(store.Paths.Blobs)), cancel, (blob, _) =>
        {
            if (store.VerifiedBlobPath(blob) is null)
            {
                damaged.Add($"blobs/sha256/{blob.Hex}");
            }

            read();
            return ValueTask.CompletedTask;
        });
        await Parallel.ForEachAsync(Named(Directory.EnumerateDirectories(store.Paths.Trees)).Where(store.HasTree), cancel, (tree, _) =>
        {
            if (!store.VerifyTree(tree))
            {
                damaged.Add($"trees/{tree.Hex}");
            }

            read();
            return ValueTask.CompletedTask;
        });
        return [.. damaged.Order(StringComparer.Ordinal)];
    }

    /// <summary>Registers every record among the blobs, of several for one key the newest; forgets those that are not there.</summary>
    public RebuiltIndex RebuildIndex()
    {
        store.RequireWritable();
        var before = store.Index.AllRecords().ToDictionary(r => r.Key, r => r.Blob);
        var found = Named(Directory.EnumerateFiles(store.Paths.Blobs)).Where(IsEnvelope).Select(blob => (Blob: blob, Record: store.ReadBlob(blob) is { } bytes ? RecordFormat.Read(bytes) : null)).Where(r => r.Record is not null)
            .OrderByDescending(r => File.GetLastWriteTimeUtc(store.Paths.Blob(r.Blob))).ThenBy(r => r.Blob).DistinctBy(r => r.Record!.RecipeKey).ToArray();
        foreach (var (blob, record) in found)
        {
            store.Index.AddRecord(record!.RecipeKey, record.BuildKey, blob, record.Version.Length == 0 ? record.Package : $"{record.Package}-{record.Version}");
        }

        var there = found.Select(r => r.Record!.RecipeKey).ToHashSet();
        RecipeKey[] gone = [.. before.Where(r => !there.Contains(r.Key) && !store.HasBlob(r.Value)).Select(r => r.Key)];
        Array.ForEach(gone, store.Index.RemoveRecord);
        return new(found.Length, there.Count(k => !before.ContainsKey(k)), gone.Length);
    }

    private bool IsEnvelope(Digest blob)
    {
        using var file = File.OpenRead(store.Paths.Blob(blob));
        var start = new byte[EnvelopeStart.Length];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.AsSpan().SequenceEqual(EnvelopeStart);
    }

    private static StoreShare Of(DirectoryInfo directory)
    {
        var (files, bytes) = (0, 0L);
        foreach (var file in directory.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            (files, bytes) = (files + 1, bytes + file.Length);
        }

        return new(directory.Name, files, bytes);
    }

    private static IEnumerable<Digest> Named(IEnumerable<string> paths) => paths.Select(p => Path.GetFileName(p)!).Where(n => n.Length == 64).Select(n => Digest.TryParse(n, out var digest) ? digest : default).Where(d => !d.IsEmpty);
}
