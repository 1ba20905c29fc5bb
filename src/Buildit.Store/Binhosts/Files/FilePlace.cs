using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Store.Files;

namespace Buildit.Store.Binhosts.Files;

/// <summary>
/// A binhost in files, wherever they are: made when something is first written. Files appear whole (temporary name, then rename); documents change as
/// <see cref="FileDocuments"/> says.
/// </summary>
public abstract class FilePlace : IKeptPlace
{
    private const int RemovedInOneGo = 64;
    private readonly IPlaceFiles _files;
    private readonly FileDocuments _documents;

    private protected FilePlace(IPlaceFiles files, TimeProvider time) => (_files, _documents) = (files, new(files, time));

    /// <inheritdoc/>
    public string Address => _files.Address;

    /// <inheritdoc/>
    public Task<PlaceDocument?> GetAsync(string path, PlaceDocument? known, CancellationToken cancel) => Guarded(async () =>
    {
        if (await _documents.ReadAsync(path, cancel) is not { } bytes)
        {
            return null;
        }

        var version = Digest.Of(bytes.Span).Hex;
        return known?.Version == version ? known : new PlaceDocument(bytes, version);
    });

    /// <inheritdoc/>
    public Task<Stream?> OpenBlobAsync(Digest digest, long offset, CancellationToken cancel) => Guarded(() => _files.OpenAsync(BinhostLayout.Blob(digest), offset, cancel));

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<Digest, long?>> FindBlobsAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancel) => Guarded<IReadOnlyDictionary<Digest, long?>>(async () =>
    {
        var there = await _files.FindAsync([.. digests.Select(BinhostLayout.Blob)], cancel);
        return digests.Where(d => there.ContainsKey(BinhostLayout.Blob(d))).Distinct().ToDictionary(d => d, d => (long?)there[BinhostLayout.Blob(d)].Size);
    });

    /// <inheritdoc/>
    public Task PutBlobAsync(Digest digest, long size, Func<Stream> open, CancellationToken cancel) => Guarded(async () =>
    {
        if ((await _files.StateAsync(BinhostLayout.Blob(digest), cancel))?.Size != size)
        {
            await WriteBlobAsync(digest, size, open, cancel);
        }

        return true;
    });

    /// <inheritdoc/>
    public Task ReplaceBlobAsync(Digest digest, long size, Func<Stream> open, CancellationToken cancel) => Guarded(() => WriteBlobAsync(digest, size, open, cancel));

    /// <inheritdoc/>
    public Task UpdateAsync(string path, Func<ReadOnlyMemory<byte>?, Task<ReadOnlyMemory<byte>?>> change, CancellationToken cancel) => Guarded(async () =>
    {
        await _documents.UpdateAsync(path, change, cancel);
        return true;
    });

    /// <inheritdoc/>
    public Task LinkAsync(string path, Digest blob, CancellationToken cancel) => Guarded(async () =>
    {
        var (from, temporary) = (BinhostLayout.Blob(blob), FileDocuments.Temporary(path));
        try
        {
            if (await _files.LinkAsync(from, temporary, cancel) != LinkOutcome.Linked)
            {
                await using var content = await _files.OpenAsync(from, 0, cancel) ?? throw new PlaceException($"lacks the blob {blob}");
                await _files.CreateAsync(temporary, file => content.CopyToAsync(file, cancel), cancel);
            }

            await _files.MoveAsync(temporary, path, cancel);
            return true;
        }
        finally
        {
            // rename(2) of two names of one file does nothing and leaves both.
            await _files.RemoveAsync(temporary, CancellationToken.None);
        }
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<PlaceFile>> ListAsync(string directory, CancellationToken cancel) => Guarded<IReadOnlyList<PlaceFile>>(async () =>
    {
        var (files, waiting) = (new List<PlaceFile>(), new Stack<string>([directory]));
        while (waiting.TryPop(out var next))
        {
            foreach (var (name, state) in await _files.ListAsync(next, cancel))
            {
                var path = next.Length == 0 ? name : $"{next}/{name}";
                if (state.IsDirectory)
                {
                    waiting.Push(path);
                }
                else
                {
                    files.Add(new(path, state.Size, state.Modified));
                }
            }
        }

        files.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return files;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancel) => Guarded<IReadOnlyList<string>>(async () => [.. (await _files.ListAsync("", cancel)).Select(e => e.Name)]);

    /// <inheritdoc/>
    public Task<Stream?> OpenAsync(string path, CancellationToken cancel) => Guarded(() => _files.OpenAsync(path, 0, cancel));

    /// <inheritdoc/>
    public Task<IReadOnlySet<string>> FindAsync(IReadOnlyCollection<string> paths, CancellationToken cancel) =>
        Guarded<IReadOnlySet<string>>(async () => (await _files.FindAsync(paths, cancel)).Keys.ToHashSet(StringComparer.Ordinal));

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(Func<Task<IReadOnlyCollection<string>>> choose, CancellationToken cancel) => Guarded(() => _documents.InTurnAsync(
        async turn =>
        {
            foreach (var some in (await choose()).Chunk(RemovedInOneGo))
            {
                if (!await turn.IsHeldAsync(cancel))
                {
                    return false;
                }

                await Task.WhenAll(some.Select(path => _files.RemoveAsync(path, cancel)));
            }

            return true;
        },
        "what nothing refers to",
        cancel));

    /// <inheritdoc/>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _documents.Dispose();
        _files.Dispose();
    }

    private async Task<bool> WriteBlobAsync(Digest digest, long size, Func<Stream> open, CancellationToken cancel)
    {
        var path = BinhostLayout.Blob(digest);
        await _documents.PrepareAsync(cancel);
        return await _documents.WithTemporaryAsync(path, file => CopyAsync(digest, size, open, file, cancel), temporary => _files.MoveAsync(temporary, path, cancel), cancel);
    }

    private static async Task CopyAsync(Digest digest, long size, Func<Stream> open, Stream file, CancellationToken cancel)
    {
        await using var content = open();
        await using var hashed = new HashingStream(file, HashAlgorithmName.SHA256);
        await content.CopyToAsync(hashed, 1 << 17, cancel);
        if (Digest.FromHash(hashed.GetHash()) != digest || hashed.Count != size)
        {
            throw new InvalidDataException($"what should be the blob {digest} has other bytes");
        }
    }

    private static async Task<T> Guarded<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PlaceException(char.ToLowerInvariant(e.Message[0]) + e.Message[1..].TrimEnd('.'), inner: e);
        }
    }
}
