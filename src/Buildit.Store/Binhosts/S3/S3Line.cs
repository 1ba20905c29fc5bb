using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts.S3;

/// <summary>Amazon's client as it is used here: without patience, retries and checksums of its own, over the same kind of line as all other downloads.</summary>
internal sealed class S3Line : HttpClientFactory, IDisposable
{
    private readonly HttpClient _http;

    /// <param name="login">Who asks, and whom.</param>
    /// <param name="options">Proxy and patience.</param>
    public S3Line(S3Login login, FetchOptions options)
    {
        Login = login;
        _http = new(HttpLine.Handler(options, options.ConnectTimeout)) { Timeout = Timeout.InfiniteTimeSpan };
        var config = new AmazonS3Config
        {
            IgnoreConfiguredEndpointUrls = true,
            HttpClientFactory = this,
            MaxErrorRetry = 0,
            ThrottleRetries = false,
            Timeout = Timeout.InfiniteTimeSpan,
            // Blobs have a digest of ours, and not every server knows Amazon's newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (login.Endpoint is { } endpoint)
        {
            // A name of its own for each bucket is what only Amazon's servers are sure to have.
            (config.ServiceURL, config.AuthenticationRegion, config.ForcePathStyle) = (endpoint, login.Region, true);
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(login.Region);
        }

        Client = new(login.Credentials, config);
    }

    /// <summary>Who asks, and whom.</summary>
    public S3Login Login { get; }

    /// <summary>The client.</summary>
    public AmazonS3Client Client { get; }

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _http;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose()
    {
        Client.Dispose();
        _http.Dispose();
    }
}
