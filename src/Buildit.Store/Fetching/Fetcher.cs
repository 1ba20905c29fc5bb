using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store.Compression;
using Polly;

namespace Buildit.Store.Fetching;

/// <summary>
/// Gets files by digest from lists of addresses into the blob store. Resumes, retries, goes from mirror to mirror; nothing enters the store
/// under a digest that it does not have. A wrong file is kept under its own digest, so that a person can look at it.
/// </summary>
public sealed class Fetcher : IDisposable
{
    // A server that sends something else than asked for may send this much more, so that we can say what it is.
    private const long Excess = 64L << 20;
    private const int ReportEvery = 1 << 18;
    private readonly IBlobSink _sink;
    private readonly TimeProvider _clock;
    private readonly FetchOptions _options;
    private readonly Lazy<HttpSource> _http;
    private readonly Lazy<HttpSource> _patient;
    private readonly Lazy<ResiliencePipeline> _retry;
    private readonly SemaphoreSlim _slots;
    private readonly ConcurrentDictionary<string, Lazy<Task<FetchedFile>>> _running = new(StringComparer.Ordinal);

    /// <summary>One fetcher serves the whole process: it remembers which hosts are dead.</summary>
    public Fetcher(IBlobSink sink, TimeProvider clock, FetchOptions? options = null)
    {
        _sink = sink;
        _clock = clock;
        _options = options ?? new();
        // Most runs fetch nothing: an HTTP client and a retry policy cost more to make than such a run takes otherwise.
        _http = new(() => new(_options, _options.ConnectTimeout, clock));
        _patient = new(() => new(_options, _options.PatientConnectTimeout, clock));
        _retry = new(() => RetryPolicy.Create(_options, clock));
        _slots = new(_options.Parallel);
    }

    /// <summary>
    /// Gives the file, from the store if it is there. Requests for one digest share one download.
    /// Throws <see cref="BuilditException"/> if no address has it (<see cref="ExitCode.FetchFailed"/>) or no digest was asked for (<see cref="ExitCode.InvalidInput"/>).
    /// </summary>
    public async Task<FetchedFile> FetchAsync(FetchRequest request, IProgress<FetchProgress>? progress, CancellationToken cancel)
    {
        var key = Key(request);
        while (true)
        {
            if (InStore(request) is { } there)
            {
                return there;
            }

            var mine = new Lazy<Task<FetchedFile>>(() => RunAsync(request, key, progress, cancel));
            var shared = _running.GetOrAdd(key, mine);
            try
            {
                return await (shared == mine ? mine.Value : shared.Value.WaitAsync(cancel));
            }
            catch (OperationCanceledException) when (shared != mine && !cancel.IsCancellationRequested)
            {
                // Whoever started the download gave up; we did not.
            }
            finally
            {
                if (shared.Value.IsCompleted)
                {
                    _running.TryRemove(new(key, shared));
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var http in new[] { _http, _patient }.Where(h => h.IsValueCreated))
        {
            http.Value.Dispose();
        }

        _slots.Dispose();
    }

    private static string Key(FetchRequest request) => (request.Expected ?? Digest.Of(string.Join('\n', request.Urls))).Hex;

    private FetchedFile? InStore(FetchRequest request) => request.Expected is { } digest && _sink.Find(digest) is { } size ? new(digest, size, null) : null;

    private async Task<FetchedFile> RunAsync(FetchRequest request, string key, IProgress<FetchProgress>? progress, CancellationToken cancel)
    {
        await _slots.WaitAsync(cancel);
        try
        {
            using var partial = await PartialFile.OpenAsync(_sink.PartialPath(key), _clock, cancel);
            // Another process may have fetched it while we waited for its lock.
            return InStore(request) ?? await FromMirrorsAsync(request, partial, progress, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuilditException(ExitCode.StoreFailed, $"cannot store '{request.Name}': {e.Message}", "is the disk full? free some space, or use another place for the store: set BUILDIT_STORE", inner: e);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<FetchedFile> FromMirrorsAsync(FetchRequest request, PartialFile partial, IProgress<FetchProgress>? progress, CancellationToken cancel)
    {
        var failures = new List<MirrorFailure>();
        var fetched = await FromFirstAsync(request.Urls, _http, request, partial, progress, failures, cancel);
        if (fetched is null && failures.Where(f => f.Failure.IsSlow).Select(f => f.Url).ToArray() is { Length: > 0 } slow)
        {
            failures.RemoveAll(f => f.Failure.IsSlow);
            fetched = await FromFirstAsync(slow, _patient, request, partial, progress, failures, cancel);
        }

        return fetched ?? throw FetchReport.AllFailed(request, failures);
    }

    /// <summary>The file from the first address that has it, or null and a reason for each.</summary>
    private async Task<FetchedFile?> FromFirstAsync(
        IReadOnlyList<string> urls, Lazy<HttpSource> http, FetchRequest request, PartialFile partial, IProgress<FetchProgress>? progress, List<MirrorFailure> failures, CancellationToken cancel)
    {
        foreach (var url in urls)
        {
            try
            {
                return await FromMirrorAsync(request, new(url, http), partial, progress, cancel);
            }
            catch (FetchFailure failure)
            {
                failures.Add(new(url, failure));
            }
        }

        return null;
    }

    private async Task<FetchedFile> FromMirrorAsync(FetchRequest request, Address address, PartialFile partial, IProgress<FetchProgress>? progress, CancellationToken cancel)
    {
        var (digest, size) = await _retry.Value.ExecuteAsync(async token => await DownloadAsync(request, address, partial, progress, token), cancel);
        var received = new ReceivedContent(digest, size, ContentKind.Detect(partial.Head()));
        await _sink.CommitAsync(partial.Path, digest, cancel);
        partial.Clear();
        if (request.Expected is null && !request.IsLookup)
        {
            throw FetchReport.DigestMissing(request, received);
        }

        var isRight = request.IsLookup ? FetchReport.IsPlausible(received.Kind) : digest == request.Expected;
        return isRight ? new(digest, size, Redaction.Of(address.Url)) : throw FetchReport.WrongContent(received);
    }

    private async Task<(Digest Digest, long Size)> DownloadAsync(FetchRequest request, Address address, PartialFile partial, IProgress<FetchProgress>? progress, CancellationToken cancel)
    {
        using var watch = new StallWatch(_options.StallTimeout, _clock, cancel);
        await using var body = await OpenAsync(address, partial, watch);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = partial.Open(address.Url, body, hash);
        await CopyAsync(request, body, file, hash, watch, bytes => progress?.Report(new(request.Name, Redaction.Of(address.Url), bytes, body.Total)), cancel);
        var digest = Digest.FromHash(hash.GetHashAndReset());
        if (body.Offset > 0 && request.Expected is { } expected && digest != expected)
        {
            // What was there may be damaged (a crash of the machine leaves zeros): this mirror gets its chance with the whole file.
            partial.Clear();
            throw new FetchFailure("the resumed download has the wrong digest", mayPass: true, TimeSpan.Zero);
        }

        return (digest, file.Length);
    }

    private static async Task<Body> OpenAsync(Address address, PartialFile partial, StallWatch watch)
    {
        var url = address.Url;
        if (Path.IsPathFullyQualified(url))
        {
            return FileSource.Open(url);
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https" or "file"))
        {
            throw new FetchFailure("not an address with http, https or file");
        }

        if (uri.IsFile)
        {
            return FileSource.Open(uri.LocalPath);
        }

        try
        {
            return await address.Http.Value.OpenAsync(uri, partial.ResumePoint(url), watch);
        }
        catch (ResumeRefused)
        {
            partial.Clear();
            return await address.Http.Value.OpenAsync(uri, default, watch);
        }
    }

    private async Task CopyAsync(FetchRequest request, Body body, FileStream file, IncrementalHash hash, StallWatch watch, Action<long> report, CancellationToken cancel)
    {
        var limit = Math.Min(_options.MaxBytes, request.Size + Excess ?? long.MaxValue);
        var buffer = new byte[1 << 17];
        var reported = file.Position;
        report(reported);
        for (int read; (read = await ReadAsync(body.Content, buffer, watch)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancel);
            if (file.Position > limit)
            {
                throw new FetchFailure(string.Create(CultureInfo.InvariantCulture, $"sends more than {limit:N0} bytes"));
            }

            if (file.Position - reported >= ReportEvery)
            {
                report(reported = file.Position);
            }
        }

        report(file.Position);
        if (file.Position < (body.Total ?? request.Size))
        {
            throw new FetchFailure(string.Create(CultureInfo.InvariantCulture, $"ended after {file.Position:N0} of {body.Total ?? request.Size:N0} bytes"), mayPass: true);
        }
    }

    /// <summary>Only the network's errors are turned into failures here; those of the disk are another matter.</summary>
    private static async Task<int> ReadAsync(Stream content, byte[] buffer, StallWatch watch)
    {
        try
        {
            return await watch.WaitAsync(token => content.ReadAsync(buffer, token));
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new FetchFailure($"broke off: {e.GetBaseException().Message.TrimEnd('.')}", mayPass: true);
        }
    }

    /// <summary>Where a file may be, and whom to ask for it if that is in the network.</summary>
    private readonly record struct Address(string Url, Lazy<HttpSource> Http);
}
