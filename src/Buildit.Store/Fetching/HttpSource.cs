using System.Globalization;
using System.Net;

namespace Buildit.Store.Fetching;

/// <summary>Opens http and https addresses, from an offset on where the server can do that. Every way to fail becomes a <see cref="FetchFailure"/>.</summary>
internal sealed class HttpSource(FetchOptions options, TimeSpan connectTimeout, TimeProvider clock) : IDisposable
{
    private readonly HttpLine _line = new(options, connectTimeout);

    public void Dispose() => _line.Dispose();

    public async Task<Body> OpenAsync(Uri url, ResumePoint resume, StallWatch watch)
    {
        var response = await _line.SendAsync(HttpMethod.Get, url, request => AskForRest(request, resume), watch);
        return await ToBodyAsync(response, resume);
    }

    private static void AskForRest(HttpRequestMessage request, ResumePoint resume)
    {
        if (resume.Offset > 0)
        {
            request.Headers.Range = new(resume.Offset, null);
            request.Headers.TryAddWithoutValidation("If-Range", resume.Validator);
        }
    }

    private async Task<Body> ToBodyAsync(HttpResponseMessage response, ResumePoint resume)
    {
        try
        {
            var offset = Offset(response, resume);
            var content = await response.Content.ReadAsStreamAsync();
            return new(content, offset, offset + response.Content.Headers.ContentLength, Validator(response), response);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Where the answer starts. Throws if it is no answer that carries the file.</summary>
    private long Offset(HttpResponseMessage response, ResumePoint resume)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                return 0;
            case HttpStatusCode.PartialContent when resume.Offset > 0 && response.Content.Headers.ContentRange?.From == resume.Offset:
                return resume.Offset;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable when resume.Offset > 0:
                throw new ResumeRefused();
            case var status:
                var wait = RetryPolicy.RetryAfter(response.Headers.RetryAfter, clock.GetUtcNow(), options.MaxDelay);
                throw new FetchFailure(FormattableString.Invariant($"{(int)status} {response.ReasonPhrase}").TrimEnd(), RetryPolicy.MayPass(status), wait);
        }
    }

    private static string? Validator(HttpResponseMessage response) => response.Headers.ETag is { IsWeak: false } tag
        ? tag.ToString()
        : response.Content.Headers.LastModified?.ToString("r", CultureInfo.InvariantCulture);
}

/// <summary>The server has no such rest of the file: start from the beginning.</summary>
internal sealed class ResumeRefused : Exception;
