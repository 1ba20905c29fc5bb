using System.Collections.Concurrent;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Store.Binhosts.S3;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts;

/// <summary>A bucket of S3 as a place, of Amazon or of anybody who speaks the same. Documents are compared and swapped, by the conditions of PUT.</summary>
public sealed class S3Place : IWritablePlace
{
    // One listing costs as much time as one question.
    private const int FewerThanAListing = 8;
    private const int AtOnce = 64;
    private const int MostRounds = 100;
    private const string Probe = ".conditions";
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(5);
    private readonly S3Client _client;
    private readonly TimeProvider _clock;
    private readonly long _largestWhole;
    private readonly int _partSize;
    private readonly long _largestCopy;
    private readonly SemaphoreSlim _proving = new(1);
    private bool _isProven;

    /// <param name="address">The bucket.</param>
    /// <param name="text">The same as it was written.</param>
    /// <param name="settings">Who keeps it, and who asks.</param>
    /// <param name="options">Proxy and patience.</param>
    /// <param name="clock">Measures patience.</param>
    /// <param name="largestWhole">Blobs that are larger go in parts: so Amazon wants it from 5 GiB on.</param>
    /// <param name="partSize">Size of such a part: 10,000 of them make the largest blob.</param>
    /// <param name="largestCopy">Blobs that are larger get no further name: more than that Amazon does not copy at once.</param>
    internal S3Place(S3Address address, string text, S3Settings settings, FetchOptions options, TimeProvider clock, long largestWhole = 1L << 30, int partSize = 16 << 20, long largestCopy = 5L << 30)
    {
        (_client, Address, _clock) = (new(address, settings, options, clock), text, clock);
        (_largestWhole, _partSize, _largestCopy) = (largestWhole, partSize, largestCopy);
    }

    /// <inheritdoc/>
    public string Address { get; }

    /// <summary>Why an address is none of a bucket; null if it is one.</summary>
    public static string? Objection(string address)
    {
        S3Address.Parse(address, out var objection);
        return objection;
    }

    /// <summary>The place at an address that there is no objection to.</summary>
    /// <param name="address"><c>s3://BUCKET[/PREFIX]</c>.</param>
    /// <param name="settings">Who keeps the bucket, and who asks.</param>
    /// <param name="options">Proxy and patience.</param>
    /// <param name="clock">Measures patience.</param>
    public static S3Place At(string address, S3Settings settings, FetchOptions options, TimeProvider clock) =>
        new(S3Address.Parse(address, out var objection) ?? throw new PlaceException(objection!), address, settings, options, clock);

    /// <inheritdoc/>
    public async Task<PlaceDocument?> GetAsync(string path, PlaceDocument? known, CancellationToken cancel)
    {
        if (await _client.OpenAsync(path, 0, known is { Version.Length: > 0 } ? known.Version : null, cancel) is not { } found)
        {
            return null;
        }

        await using (found.Body)
        {
            return known is not null && found.ETag == known.Version ? known : new PlaceDocument(await found.Body.ReadDocumentAsync(path, cancel), found.ETag);
        }
    }

    /// <inheritdoc/>
    public async Task<Stream?> OpenBlobAsync(Digest digest, long offset, CancellationToken cancel) => (await _client.OpenAsync(BinhostLayout.Blob(digest), offset, null, cancel))?.Body;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<Digest, long?>> FindBlobsAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancel)
    {
        // The beginning of the list answers for all that would be in it. The rest is asked for one by one, since nobody knows how long the list is.
        var listed = digests.Count < FewerThanAListing ? ([], true) : await _client.ListAsync(BinhostLayout.Blobs, cancel);
        var (sizes, end) = (listed.Objects.ToDictionary(o => o.Name, o => o.Size, StringComparer.Ordinal), listed.Objects is [.., var last] ? last.Name : "");
        var found = new ConcurrentDictionary<Digest, long?>(digests.Where(d => sizes.ContainsKey(d.Hex)).Distinct().Select(d => KeyValuePair.Create(d, (long?)sizes[d.Hex])));
        var unanswered = listed.HasMore ? digests.Where(d => string.CompareOrdinal(d.Hex, end) > 0) : [];
        await Parallel.ForEachAsync(unanswered, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (digest, stop) =>
        {
            if (await _client.SizeAsync(BinhostLayout.Blob(digest), stop) is { } size)
            {
                found[digest] = size;
            }
        });
        return found;
    }

    /// <inheritdoc/>
    public async Task PutBlobAsync(Digest digest, long size, Func<Stream> open, CancellationToken cancel)
    {
        if (await _client.SizeAsync(BinhostLayout.Blob(digest), cancel) != size)
        {
            await (size <= _largestWhole ? _client.PutBlobAsync(digest, size, open, cancel) : _client.PutBlobInPartsAsync(digest, size, _partSize, open, cancel));
        }
    }

    /// <inheritdoc/>
    public async Task UpdateAsync(string path, Func<ReadOnlyMemory<byte>?, Task<ReadOnlyMemory<byte>?>> change, CancellationToken cancel)
    {
        for (var round = 1; ; round++)
        {
            var current = await GetAsync(path, null, cancel);
            if (await change(current?.Content) is not { } wanted)
            {
                return;
            }

            await ProveConditionsAsync(cancel);
            if (await _client.PutAsync(path, wanted, current?.Version, cancel))
            {
                return;
            }

            // Somebody else was faster, and so goes on; if that never ends, the server does not mean what it says.
            if (round == MostRounds)
            {
                throw new PlaceException($"said {MostRounds} times that somebody else had just written '{path}'", mayPass: true);
            }

            await Task.Delay(round * BetweenRounds, _clock, cancel);
        }
    }

    /// <summary>As <see cref="IWritablePlace.LinkAsync"/>; a blob that is too large to be copied gets no further name.</summary>
    public async Task LinkAsync(string path, Digest blob, CancellationToken cancel)
    {
        if (await _client.SizeAsync(BinhostLayout.Blob(blob), cancel) > _largestCopy)
        {
            return;
        }

        if (!await _client.CopyAsync(BinhostLayout.Blob(blob), path, cancel))
        {
            throw new PlaceException($"lacks the blob {blob}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _proving.Dispose();
    }

    /// <summary>A server that does not know the conditions passes over them and writes, and what others have written meanwhile is lost. So it is asked, once in a run, on a file that holds nothing.</summary>
    private async Task ProveConditionsAsync(CancellationToken cancel)
    {
        await _proving.WaitAsync(cancel);
        try
        {
            if (!_isProven && !(_isProven = await KeepsConditionsAsync(cancel)))
            {
                throw new PlaceException("does not keep to the conditions of a PUT (If-None-Match, If-Match), without which those who push at the same time would lose what the others wrote: push into a directory, or over ssh");
            }
        }
        finally
        {
            _proving.Release();
        }
    }

    private async Task<bool> KeepsConditionsAsync(CancellationToken cancel)
    {
        const string otherState = "\"00000000000000000000000000000000\"";
        var isMade = await _client.PutAsync(Probe, default, null, cancel);
        return !(isMade && await _client.PutAsync(Probe, default, null, cancel)) && !await _client.PutAsync(Probe, default, otherState, cancel);
    }
}
