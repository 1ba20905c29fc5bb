using System.Net;
using System.Net.Http.Headers;
using Buildit.Store.Binhosts;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Buildit.Store.Fetching;

/// <summary>When and how long to wait before asking the same mirror again.</summary>
internal static class RetryPolicy
{
    /// <summary>Exponential with jitter, up to a ceiling; a server's own wish goes first.</summary>
    public static ResiliencePipeline Create(FetchOptions options, TimeProvider clock) =>
        options.Retries == 0 ? ResiliencePipeline.Empty : Retrying(options.Retries, options.FirstDelay, options.MaxDelay, clock).Build();

    /// <summary>The same within what is left of a limit of time; what wishes to be asked later than that is not asked again.</summary>
    public static ResiliencePipeline Create(PlaceLimits limits, TimeProvider clock, Func<TimeSpan> left) =>
        new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = _ => ValueTask.FromResult(left()) })
            .AddPipeline(Retrying(limits.Retries, limits.FirstDelay, limits.Patience, clock).Build())
            .Build();

    /// <summary>The same without a limit: an upload may take long.</summary>
    public static ResiliencePipeline CreateForWriting(PlaceLimits limits, TimeProvider clock) => Retrying(limits.Retries, limits.FirstDelay, limits.Patience, clock).Build();

    /// <summary>408, 429 and all of 5xx may pass; what the server says about us or the file (404, 403, ...) will not.</summary>
    public static bool MayPass(HttpStatusCode status) => (int)status is 408 or 429 or >= 500;

    /// <summary>What <c>Retry-After</c> (RFC 9110, 10.2.3: seconds or a date) asks for, between nothing and the ceiling; null if it is not there.</summary>
    public static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, DateTimeOffset now, TimeSpan ceiling)
    {
        var wish = header?.Delta ?? header?.Date - now;
        return wish is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, ceiling.Ticks)) : null;
    }

    private static ResiliencePipelineBuilder Retrying(int retries, TimeSpan firstDelay, TimeSpan maxDelay, TimeProvider clock)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = clock };
        builder.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = firstDelay,
            MaxDelay = maxDelay,
            ShouldHandle = attempt => ValueTask.FromResult(Failure(attempt.Outcome.Exception) is { MayPass: true } f && (f.RetryAfter ?? TimeSpan.Zero) <= maxDelay),
            DelayGenerator = attempt => ValueTask.FromResult(Failure(attempt.Outcome.Exception)?.RetryAfter),
        });
        return builder;
    }

    private static (bool MayPass, TimeSpan? RetryAfter)? Failure(Exception? e) => e switch
    {
        FetchFailure f => (f.MayPass, f.RetryAfter),
        PlaceException p => (p.MayPass, p.RetryAfter),
        _ => null,
    };
}
