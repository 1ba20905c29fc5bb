using System.Net;
using System.Net.Http.Headers;
using Polly;
using Polly.Retry;

namespace Buildit.Store.Fetching;

/// <summary>When and how long to wait before asking the same mirror again.</summary>
internal static class RetryPolicy
{
    /// <summary>Exponential with jitter, up to a ceiling; a server's own wish goes first.</summary>
    public static ResiliencePipeline Create(FetchOptions options, TimeProvider clock)
    {
        if (options.Retries == 0)
        {
            return ResiliencePipeline.Empty;
        }

        var builder = new ResiliencePipelineBuilder { TimeProvider = clock };
        return builder.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = options.Retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.FirstDelay,
            MaxDelay = options.MaxDelay,
            ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is FetchFailure { MayPass: true }),
            DelayGenerator = attempt => ValueTask.FromResult((attempt.Outcome.Exception as FetchFailure)?.RetryAfter),
        }).Build();
    }

    /// <summary>408, 429 and all of 5xx may pass; what the server says about us or the file (404, 403, ...) will not.</summary>
    public static bool MayPass(HttpStatusCode status) => (int)status is 408 or 429 or >= 500;

    /// <summary>What <c>Retry-After</c> (RFC 9110, 10.2.3: seconds or a date) asks for, between nothing and the ceiling; null if it is not there.</summary>
    public static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, DateTimeOffset now, TimeSpan ceiling)
    {
        var wish = header?.Delta ?? header?.Date - now;
        return wish is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, ceiling.Ticks)) : null;
    }
}
