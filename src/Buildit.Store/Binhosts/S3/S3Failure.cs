using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using System.Xml;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Buildit.Store.Fetching;
using RetryPolicy = Buildit.Store.Fetching.RetryPolicy;

namespace Buildit.Store.Binhosts.S3;

/// <summary>What failures of a bucket mean, and what to do about them. The server's own words are not shown: they are a stranger's, and may name who asked.</summary>
internal static partial class S3Failure
{
    /// <summary>The failure of the place that an exception is; null if it is none.</summary>
    public static PlaceException? Of(Exception e, S3Address address, S3Login? login) => e switch
    {
        AmazonS3Exception { StatusCode: not 0 } s3 => Refused(s3, address, login),
        FetchFailure f => new(f.Message, f.MayPass, f.RetryAfter, f),
        ProcessAWSCredentialException => new("is not asked: the credential_process of the profile failed", inner: e),
        OperationCanceledException { InnerException: TimeoutException } => new($"{Server(login)} could not be connected in time", inner: e),
        AmazonServiceException or AmazonClientException or HttpRequestException or HttpIOException or UriFormatException or XmlException => Broken(e, login),
        _ => null,
    };

    private static PlaceException Refused(AmazonS3Exception e, S3Address address, S3Login? login)
    {
        var who = login is { IsAnonymous: true }
            ? "nobody in particular asked, since there are no credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            : "'aws sts get-caller-identity' shows who asked";
        return e.ErrorCode switch
        {
            "NoSuchBucket" => new($"has no bucket '{address.Bucket}' at {Server(login)}: 'aws s3 mb s3://{address.Bucket}' makes it"),
            "InvalidAccessKeyId" => new($"does not know the access key that was used (InvalidAccessKeyId): it is another server's, or was deleted; {who}"),
            "SignatureDoesNotMatch" => new("does not take the signature (SignatureDoesNotMatch): AWS_SECRET_ACCESS_KEY, or the profile's, is not that of the access key"),
            "ExpiredToken" or "TokenRefreshRequired" or "InvalidToken" => new($"does not take the session any more ({e.ErrorCode}): log in again ('aws sso login', or whatever lent the keys)"),
            "RequestTimeTooSkewed" => new("refuses, because the clock of this machine is wrong (RequestTimeTooSkewed)"),
            "EntityTooLarge" => new("takes no file as large as this (EntityTooLarge)"),
            _ when Region(e) is { } region && region != login?.Region => new($"keeps the bucket '{address.Bucket}' in another region than '{login?.Region}': AWS_REGION={region}"),
            "AuthorizationHeaderMalformed" or "PermanentRedirect" or "IllegalLocationConstraintException" =>
                new($"keeps the bucket '{address.Bucket}' in another region than '{login?.Region}' ({e.ErrorCode}): set AWS_REGION; 'aws s3api get-bucket-location --bucket {address.Bucket}' shows it"),
            _ when e.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                new($"refuses ({Words(e)}): {who}; who only reads needs s3:GetObject and s3:ListBucket, without which what is not there is refused, too, and who writes s3:PutObject and s3:AbortMultipartUpload as well"),
            _ => new(Words(e), RetryPolicy.MayPass(e.StatusCode), inner: e),
        };
    }

    private static PlaceException Broken(Exception e, S3Login? login)
    {
        var causes = Causes(e).ToArray();
        return causes.OfType<HttpRequestException>().FirstOrDefault() is not { } http ? new($"gave no answer that S3 gives: {Innermost(e)}", inner: e)
            : http.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => new($"there is no host for {Server(login)}: is AWS_ENDPOINT_URL or AWS_REGION wrong?", inner: e),
                HttpRequestError.ConnectionError => new($"{Server(login)} could not be connected: {Innermost(e)}", inner: e),
                HttpRequestError.SecureConnectionError => new($"TLS: {Innermost(e)}", inner: e),
                _ => new($"broke off: {Innermost(e)}", mayPass: true, inner: e),
            };
    }

    /// <summary>Where the bucket is, if the server says so.</summary>
    private static string? Region(AmazonS3Exception e) =>
        Causes(e).OfType<HttpErrorResponseException>().Select(h => h.Response?.GetHeaderValue("x-amz-bucket-region")).FirstOrDefault(r => r is not null && RegionName().IsMatch(r))
        ?? (RegionElement().Match(e.ResponseBody ?? "") is { Success: true } match ? match.Groups[1].Value : null);

    private static string Words(AmazonS3Exception e) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)e.StatusCode} {(ErrorCode().IsMatch(e.ErrorCode ?? "") ? e.ErrorCode : e.StatusCode.ToString())}");

    private static string Server(S3Login? login) => login?.Endpoint is { } endpoint ? Redaction.Of(endpoint) : $"Amazon S3 in {login?.Region}";

    private static IEnumerable<Exception> Causes(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    private static string Innermost(Exception e) => e.GetBaseException().Message.TrimEnd('.');

    [GeneratedRegex(@"^[a-z0-9-]{1,40}\z")]
    private static partial Regex RegionName();

    [GeneratedRegex("<Region>([a-z0-9-]{1,40})</Region>")]
    private static partial Regex RegionElement();

    [GeneratedRegex(@"^[A-Za-z]{1,60}\z")]
    private static partial Regex ErrorCode();
}
