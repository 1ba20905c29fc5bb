using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Core.Registries;
using Buildit.Store.Fetching;
using Buildit.Store.Locking;

namespace Buildit.Store.Registries;

/// <summary>Takes images of a repository into the store, blob by blob. What an interrupted download has left, the next one goes on with; nothing enters the store that is not what its digest says.</summary>
/// <param name="registry">The repository.</param>
/// <param name="store">Where it goes.</param>
/// <param name="clock">For locks.</param>
/// <param name="begun">Told of each blob that is fetched.</param>
public sealed class ImageDownload(RegistryClient registry, ContentStore store, TimeProvider clock, Action<Descriptor> begun)
{
    private const int AtOnce = 4;

    /// <summary>A manifest or index; null if it is not there. One that the store has is not asked for.</summary>
    /// <param name="reference">A tag, or a digest.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<ImageDocument?> DocumentAsync(string reference, CancellationToken cancel)
    {
        var wanted = reference.Contains(':', StringComparison.Ordinal) && Digest.TryParse(reference, out var digest) ? digest : (Digest?)null;
        if (wanted is { } known && store.ReadBlob(known) is { } stored)
        {
            return ImageDocument.Of(stored);
        }

        if (await registry.PatientlyAsync(stop => registry.GetManifestAsync(reference, stop), cancel) is not { } bytes)
        {
            return null;
        }

        if (wanted is { } right && Digest.Of(bytes.Span) != right)
        {
            throw new PlaceException($"sends other bytes as {right}");
        }

        await store.PutBlobAsync(bytes, cancel);
        return ImageDocument.Of(bytes) ?? throw new PlaceException($"has no image as '{reference}', or one of a kind that is too old (docker's schema 1)");
    }

    /// <summary>Fetches those blobs that the store lacks, several at once; tells how many bytes that took.</summary>
    public async Task<long> BlobsAsync(IEnumerable<Descriptor> blobs, CancellationToken cancel)
    {
        var received = 0L;
        await Parallel.ForEachAsync(
            blobs.DistinctBy(b => b.Digest),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (blob, stop) => Interlocked.Add(ref received, await BlobAsync(blob, stop)));
        return received;
    }

    /// <summary>A small blob that was fetched.</summary>
    public ReadOnlyMemory<byte> Read(Digest blob) => store.ReadBlob(blob) ?? throw new PlaceException($"gave the blob {blob}, which vanished from the store");

    private async Task<long> BlobAsync(Descriptor blob, CancellationToken cancel)
    {
        using var held = await FileLock.AcquireAsync(Path.Combine(store.Paths.Locks, "pull-" + blob.Digest.Hex), $"downloading {blob.Digest}", clock, static _ => { }, cancel);
        if (store.VerifiedBlobPath(blob.Digest) is not null)
        {
            return 0;
        }

        begun(blob);
        var partial = Path.Combine(store.Paths.Partial, blob.Digest.Hex + ".blob");
        var received = await registry.PatientlyAsync(stop => TransferAsync(blob, partial, stop), cancel);
        await store.CommitBlobAsync(partial, blob.Digest);
        return received;
    }

    private async Task<long> TransferAsync(Descriptor blob, string partial, CancellationToken cancel)
    {
        await using var file = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1, FileOptions.Asynchronous);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await CopyAsync(file, static _ => Task.CompletedTask, hash, long.MaxValue, cancel);
        var before = file.Length;
        await using (var body = before >= blob.Size ? Stream.Null : await registry.OpenBlobAsync(blob.Digest, before, cancel) ?? throw new PlaceException($"lacks the blob {blob.Digest} of the image"))
        {
            await CopyAsync(body, async bytes => await file.WriteAsync(bytes, cancel), hash, blob.Size - before, cancel);
        }

        if (file.Length < blob.Size)
        {
            throw new PlaceException(string.Create(CultureInfo.InvariantCulture, $"ended after {file.Length:N0} of {blob.Size:N0} bytes of {blob.Digest}"), mayPass: true);
        }

        if (Digest.FromHash(hash.GetHashAndReset()) != blob.Digest)
        {
            // What was there may be damaged (a crash of the machine leaves zeros): once more from the beginning.
            file.SetLength(0);
            throw new PlaceException($"sends other bytes as {blob.Digest}", mayPass: before > 0);
        }

        return file.Length - before;
    }

    private static async Task CopyAsync(Stream from, Func<ReadOnlyMemory<byte>, Task> write, IncrementalHash hash, long most, CancellationToken cancel)
    {
        var buffer = new byte[1 << 17];
        var total = 0L;
        for (int read; (read = await from.ReadAsync(buffer, cancel)) > 0;)
        {
            total += read;
            if (total > most)
            {
                throw new PlaceException("sends more bytes of a blob than its image says");
            }

            hash.AppendData(buffer, 0, read);
            await write(buffer.AsMemory(0, read));
        }
    }
}
