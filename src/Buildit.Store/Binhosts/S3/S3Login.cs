using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts.S3;

/// <summary>Who asks, and whom: what <see cref="S3Settings"/> and the files of the command <c>aws</c> say together.</summary>
/// <param name="Credentials">Who asks; nobody in particular where nothing is said.</param>
/// <param name="Endpoint">The server, or null for Amazon's.</param>
/// <param name="Region">Where the bucket is.</param>
internal sealed record S3Login(AWSCredentials Credentials, string? Endpoint, string Region)
{
    private const string DefaultProfile = "default";

    // What Amazon's first region is called, and what most other servers take for theirs.
    private const string DefaultRegion = "us-east-1";

    // Where the kernel shows whose machine this is.
    private const string Vendor = "/sys/class/dmi/id/sys_vendor";

    /// <summary>Whether nobody in particular asks.</summary>
    public bool IsAnonymous => Credentials is AnonymousAWSCredentials;

    /// <summary>Reads the files. Throws <see cref="PlaceException"/> if they do not say what they should.</summary>
    public static S3Login Find(S3Settings settings)
    {
        var files = new CredentialProfileStoreChain();
        var name = settings.Profile ?? DefaultProfile;
        if (!files.TryGetProfile(name, out var profile) && settings.Profile is not null && settings.AccessKey is null)
        {
            throw new PlaceException($"AWS_PROFILE names '{name}', which is neither in ~/.aws/config nor in ~/.aws/credentials: 'aws configure list-profiles' shows those that are there");
        }

        return new(
            FromVariables(settings) ?? FromProfile(profile, files, name) ?? FromMachine(settings) ?? new AnonymousAWSCredentials(),
            settings.Endpoint ?? profile?.EndpointUrl,
            settings.Region ?? profile?.Region?.SystemName ?? DefaultRegion);
    }

    private static AWSCredentials? FromVariables(S3Settings settings) => settings switch
    {
        { AccessKey: null } => null,
        { SecretKey: null } => throw new PlaceException("AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not"),
        { SessionToken: { } token } => new SessionAWSCredentials(settings.AccessKey, settings.SecretKey, token),
        _ => new BasicAWSCredentials(settings.AccessKey, settings.SecretKey),
    };

    private static AWSCredentials? FromProfile(CredentialProfile? profile, ICredentialProfileSource files, string name)
    {
        // A profile may say only where the bucket is.
        if (profile is null || (profile.Options is var options && options.AccessKey is null && options.CredentialProcess is null && options.RoleArn is null && options.SsoStartUrl is null && options.SsoSession is null))
        {
            return null;
        }

        return options.RoleArn is null && options.SsoStartUrl is null && options.SsoSession is null && AWSCredentialsFactory.TryGetAWSCredentials(profile, files, out var credentials)
            ? credentials
            : throw new PlaceException($"the profile '{name}' in ~/.aws needs a role or a login that buildit cannot ask for: eval \"$(aws configure export-credentials --profile {name} --format env)\"");
    }

    // Nobody is asked over the network whether this machine is one of Amazon's: anywhere else it would be waited for in vain.
    private static AWSCredentials? FromMachine(S3Settings settings) =>
        settings.IsContainer ? new GenericContainerCredentials()
        : File.Exists(Vendor) && File.ReadAllText(Vendor).StartsWith("Amazon EC2", StringComparison.Ordinal) ? FromInstance()
        : null;

    private static InstanceProfileAWSCredentials? FromInstance()
    {
        try
        {
            return new();
        }
        catch (Exception e) when (e is InvalidOperationException or AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            // The machine has no role.
            return null;
        }
    }
}
