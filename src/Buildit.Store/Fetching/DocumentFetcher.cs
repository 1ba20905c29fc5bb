using System.Net;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Store.Fetching;

/// <summary>Opens documents whose digest is not known beforehand, such as a distribution's signed index. Whoever reads them verifies them.</summary>
public sealed class DocumentFetcher(FetchOptions options) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectTimeout = options.ConnectTimeout,
        AutomaticDecompression = DecompressionMethods.None,
        UseProxy = options.Proxy is not null,
        Proxy = options.Proxy is null ? null : new SelectedProxy(options.Proxy),
    })
    {
        Timeout = TimeSpan.FromMinutes(5),
    };

    /// <summary>Opens an address; null if nothing is there.</summary>
    public async Task<Stream?> OpenAsync(string url, CancellationToken cancel)
    {
        var address = new Uri(url);
        if (address.IsFile)
        {
            return File.Exists(address.LocalPath) ? File.OpenRead(address.LocalPath) : null;
        }

        try
        {
            var response = await _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancel);
            return response.StatusCode == HttpStatusCode.NotFound ? null : await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancel);
        }
        catch (HttpRequestException e)
        {
            throw new BuilditException(ExitCode.FetchFailed, $"cannot read {Redaction.Of(url)}: {e.Message}", "is the network up, and does the address exist?", inner: e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new BuilditException(ExitCode.FetchFailed, $"cannot read {Redaction.Of(url)}: it took too long", "is the network up?", inner: e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
