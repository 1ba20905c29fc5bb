using System.Globalization;
using System.Net;
using System.Text.Json;
using Buildit.Store.Fetching;

namespace Buildit.Store.Registries;

/// <summary>What answers of a registry mean.</summary>
internal static class RegistryAnswer
{
    private const int LongestReason = 160;

    /// <summary>Whether it is the answer to what was asked; false if what was asked for is not there. Throws <see cref="PlaceException"/> for anything else.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="access">Who asked.</param>
    /// <param name="clock">For <c>Retry-After</c>.</param>
    /// <param name="watch">Patience.</param>
    public static async Task<bool> IsThereAsync(HttpResponseMessage response, RegistryAccess access, TimeProvider clock, StallWatch watch)
    {
        var status = response.StatusCode;
        if (response.Content.Headers.ContentType?.MediaType == "text/html" && status is (HttpStatusCode.OK or HttpStatusCode.NotFound))
        {
            throw new PlaceException("is no registry: it answers with an HTML page");
        }

        switch (status)
        {
            case HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted or HttpStatusCode.NoContent or HttpStatusCode.PartialContent:
                return true;
            case HttpStatusCode.NotFound:
                return false;
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                throw new PlaceException(access.Explain(status) + await WordsAsync(response, watch));
            default:
                throw new PlaceException(
                    string.Create(CultureInfo.InvariantCulture, $"{(int)status} {response.ReasonPhrase}").TrimEnd() + await WordsAsync(response, watch),
                    RetryPolicy.MayPass(status),
                    RetryPolicy.RetryAfter(response.Headers.RetryAfter, clock.GetUtcNow(), TimeSpan.MaxValue));
        }
    }

    /// <summary>What the registry says to it, in parentheses; empty if it says nothing (OCI distribution specification 1.1, "Error Codes"). A stranger's text, made fit for a terminal.</summary>
    public static async Task<string> WordsAsync(HttpResponseMessage response, StallWatch watch)
    {
        try
        {
            using var json = JsonDocument.Parse(await ReadAsync(response, watch));
            var message = json.RootElement.GetProperty("errors")[0].GetProperty("message").GetString() ?? "";
            return message.Length == 0 ? "" : $" ({new string([.. message.Where(c => !char.IsControl(c)).Take(LongestReason)])})";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException or IOException or HttpRequestException or FetchFailure or PlaceException)
        {
            return "";
        }
    }

    /// <summary>A small body that nobody waits for longer than for an answer.</summary>
    public static Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, StallWatch watch) => watch.WaitAsync(async stop =>
    {
        await using var body = await response.Content.ReadAsStreamAsync(stop);
        return await body.ReadDocumentAsync(response.RequestMessage!.RequestUri!.AbsolutePath, stop);
    });
}
