using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts.S3;

/// <summary>An object of a bucket that is being read.</summary>
/// <param name="Body">Its bytes.</param>
/// <param name="ETag">What tells this state from any other.</param>
internal sealed record S3Object(Stream Body, string ETag);

/// <summary>
/// The few requests of S3 that a binhost needs, below one prefix of one bucket. What is not there is null; all failures are <see cref="PlaceException"/>. Nothing is tried again here.
/// </summary>
/// <param name="address">The bucket.</param>
/// <param name="settings">Who keeps it, and who asks.</param>
/// <param name="options">Proxy and patience.</param>
/// <param name="clock">Measures patience.</param>
internal sealed class S3Client(S3Address address, S3Settings settings, FetchOptions options, TimeProvider clock) : IDisposable
{
    // Most runs ask no bucket, and Amazon's client costs more to make than such a run takes otherwise.
    private readonly Lazy<S3Line> _line = new(() => new(S3Login.Find(settings), options), LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>An object from an offset on; null if it is not there. If it is still <paramref name="known"/>, then without a body.</summary>
    public Task<S3Object?> OpenAsync(string path, long offset, string? known, CancellationToken cancel) => Guarded<S3Object?>(async () =>
    {
        var watch = Watch(cancel);
        try
        {
            var request = new GetObjectRequest { BucketName = address.Bucket, Key = address.Key(path), EtagToNotMatch = known, ByteRange = offset > 0 ? new($"bytes={offset}-") : null };
            var response = await watch.WaitAsync(async stop => await _line.Value.Client.GetObjectAsync(request, stop));
            var body = SteadyStream.Of(new S3Body(response.ResponseStream), response, watch, options.StallTimeout, clock);
            await body.SkipAsync(response.HttpStatusCode == HttpStatusCode.PartialContent ? 0 : offset, cancel);
            return new(body, response.ETag ?? "");
        }
        catch (AmazonS3Exception e) when (IsMissing(e) || e.StatusCode is HttpStatusCode.NotModified or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            watch.Dispose();
            return IsMissing(e) ? null : new(Stream.Null, e.StatusCode == HttpStatusCode.NotModified ? known ?? "" : "");
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    });

    /// <summary>The size of an object; null if it is not there.</summary>
    public Task<long?> SizeAsync(string path, CancellationToken cancel) => Guarded<long?>(async () =>
    {
        try
        {
            return (await AskAsync((client, stop) => client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = address.Bucket, Key = address.Key(path) }, stop), cancel)).ContentLength;
        }
        catch (AmazonS3Exception e) when (IsMissing(e))
        {
            return null;
        }
    });

    /// <summary>The first thousand objects in a directory, in the order of their names, and whether there are more.</summary>
    public Task<(IReadOnlyList<(string Name, long Size)> Objects, bool HasMore)> ListAsync(string directory, CancellationToken cancel) => Guarded(async () =>
    {
        var prefix = address.Key(directory + "/");
        var page = await AskAsync((client, stop) => client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = address.Bucket, Prefix = prefix }, stop), cancel);
        return ((IReadOnlyList<(string, long)>)[.. (page.S3Objects ?? []).Select(o => (o.Key[prefix.Length..], o.Size ?? 0))], page.IsTruncated ?? false);
    });

    /// <summary>Puts a document, if its state is the one that is expected; tells whether it was.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="expected">The ETag that it must still have; null: it must not be there.</param>
    /// <param name="cancel">Ends it.</param>
    public Task<bool> PutAsync(string path, ReadOnlyMemory<byte> content, string? expected, CancellationToken cancel) => Guarded(async () =>
    {
        var request = Put(path, new MemoryStream(content.ToArray(), writable: false));
        request.UseChunkEncoding = false;
        (request.IfMatch, request.IfNoneMatch) = (expected, expected is null ? "*" : null);
        try
        {
            await AskAsync((client, stop) => client.PutObjectAsync(request, stop), cancel);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict || (expected is not null && IsMissing(e)))
        {
            return false;
        }
    });

    /// <summary>Puts a blob in one request.</summary>
    public Task PutBlobAsync(Digest digest, long size, Func<Stream> open, CancellationToken cancel) => Guarded(async () =>
    {
        using var watch = Watch(cancel);
        await using var content = new S3Content(open(), digest, size, watch);
        var request = Put(BinhostLayout.Blob(digest), content);
        request.Headers.ContentLength = size;
        return await watch.WaitAsync(async stop => await _line.Value.Client.PutObjectAsync(request, stop));
    });

    /// <summary>Puts a blob in parts, which nobody sees before the last of them is there.</summary>
    public Task PutBlobInPartsAsync(Digest digest, long size, int partSize, Func<Stream> open, CancellationToken cancel) => Guarded(async () =>
    {
        var key = address.Key(BinhostLayout.Blob(digest));
        using var watch = Watch(cancel);
        await using var content = new S3Content(open(), digest, size, watch);
        var upload = await AskAsync((client, stop) => client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = address.Bucket, Key = key, ContentType = S3Types.Of(key), Headers = { CacheControl = S3Types.CachingOf(key) } }, stop), cancel);
        try
        {
            var (parts, buffer) = (new List<PartETag>(), new byte[partSize]);
            for (var left = size; left > 0; left -= partSize)
            {
                var length = (int)Math.Min(partSize, left);
                await content.ReadExactlyAsync(buffer.AsMemory(0, length), cancel);
                var part = new UploadPartRequest
                {
                    BucketName = address.Bucket, Key = key, UploadId = upload.UploadId, PartNumber = parts.Count + 1, PartSize = length, UseChunkEncoding = false,
                };
                var sent = await SendAsync(part, buffer, length, cancel);
                parts.Add(new(part.PartNumber ?? 0, sent.ETag));
            }

            return await AskAsync((client, stop) => client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = address.Bucket, Key = key, UploadId = upload.UploadId, PartETags = parts }, stop), cancel);
        }
        catch
        {
            await GiveUpAsync(key, upload.UploadId);
            throw;
        }
    });

    /// <summary>Gives an object a further name; tells whether it is there.</summary>
    public Task<bool> CopyAsync(string from, string to, CancellationToken cancel) => Guarded(async () =>
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = address.Bucket, SourceKey = address.Key(from), DestinationBucket = address.Bucket, DestinationKey = address.Key(to),
            // Else it keeps what is told of the blob: that it never changes.
            MetadataDirective = S3MetadataDirective.REPLACE, ContentType = S3Types.Of(to), Headers = { CacheControl = S3Types.CachingOf(to) },
        };
        try
        {
            await AskAsync((client, stop) => client.CopyObjectAsync(request, stop), cancel);
            return true;
        }
        catch (AmazonS3Exception e) when (IsMissing(e))
        {
            return false;
        }
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_line.IsValueCreated)
        {
            _line.Value.Dispose();
        }
    }

    // The answer to a HEAD has no words, so that there a bucket that does not exist looks like a file that does not.
    private static bool IsMissing(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket";

    private PutObjectRequest Put(string path, Stream content) => new()
    {
        BucketName = address.Bucket,
        Key = address.Key(path),
        InputStream = content,
        AutoCloseStream = false,
        ContentType = S3Types.Of(path),
        Headers = { CacheControl = S3Types.CachingOf(path) },
    };

    private StallWatch Watch(CancellationToken cancel) => new(options.StallTimeout, clock, cancel);

    private async Task<T> AskAsync<T>(Func<AmazonS3Client, CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        using var watch = Watch(cancel);
        return await watch.WaitAsync(async stop => await ask(_line.Value.Client, stop));
    }

    private async Task<UploadPartResponse> SendAsync(UploadPartRequest part, byte[] bytes, int length, CancellationToken cancel)
    {
        using var watch = Watch(cancel);
        await using var content = new S3Part(bytes, length, watch);
        part.InputStream = content;
        return await watch.WaitAsync(async stop => await _line.Value.Client.UploadPartAsync(part, stop));
    }

    private async Task GiveUpAsync(string key, string upload)
    {
        try
        {
            await AskAsync((client, stop) => client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = address.Bucket, Key = key, UploadId = upload }, stop), CancellationToken.None);
        }
        catch (Exception e) when (S3Failure.Of(e, address, null) is not null)
        {
            // What failed before is what counts; a rule of the bucket removes such parts.
        }
    }

    private async Task<T> Guarded<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (S3Failure.Of(e, address, _line.IsValueCreated ? _line.Value.Login : null) is { } failure)
        {
            throw failure;
        }
    }
}
