namespace Buildit.Store.Binhosts.S3;

/// <summary>What is said about buckets outside of their addresses: who keeps them, and who asks. The same variables as for the command <c>aws</c>.</summary>
public sealed record S3Settings
{
    /// <summary><c>AWS_ENDPOINT_URL_S3</c>, <c>AWS_ENDPOINT_URL</c>: the server, if it is not Amazon's.</summary>
    public string? Endpoint { get; init; }

    /// <summary><c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c>: where the bucket is.</summary>
    public string? Region { get; init; }

    /// <summary><c>AWS_PROFILE</c>: the part of <c>~/.aws/config</c> and <c>~/.aws/credentials</c> that counts for the rest; <c>default</c> if not set.</summary>
    public string? Profile { get; init; }

    /// <summary><c>AWS_ACCESS_KEY_ID</c>: who asks. Goes before the profile.</summary>
    public string? AccessKey { get; init; }

    /// <summary><c>AWS_SECRET_ACCESS_KEY</c>.</summary>
    public string? SecretKey { get; init; }

    /// <summary><c>AWS_SESSION_TOKEN</c>: for keys that are lent for a while.</summary>
    public string? SessionToken { get; init; }

    /// <summary>Whether <c>AWS_CONTAINER_CREDENTIALS_RELATIVE_URI</c> or <c>_FULL_URI</c> names a server that lends keys to this container.</summary>
    public bool IsContainer { get; init; }

    /// <summary>What a process's environment says.</summary>
    /// <param name="variable">Gives the value of a variable.</param>
    public static S3Settings From(Func<string, string?> variable)
    {
        string? First(params string[] names) => names.Select(variable).FirstOrDefault(v => !string.IsNullOrEmpty(v));
        return new()
        {
            Endpoint = First("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
            Region = First("AWS_REGION", "AWS_DEFAULT_REGION"),
            Profile = First("AWS_PROFILE"),
            AccessKey = First("AWS_ACCESS_KEY_ID"),
            SecretKey = First("AWS_SECRET_ACCESS_KEY"),
            SessionToken = First("AWS_SESSION_TOKEN"),
            IsContainer = First("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI") is not null,
        };
    }

    // Records print their members; a secret is printed nowhere.
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(Endpoint).Append(' ').Append(Region).Append(' ').Append(Profile);
        return true;
    }
}
