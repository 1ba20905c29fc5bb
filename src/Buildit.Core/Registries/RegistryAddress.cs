using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Buildit.Core.Registries;

/// <summary>
/// A repository of an OCI registry: <c>oci://HOST[:PORT]/REPOSITORY[:TAG]</c>. Spoken to by https, but for this machine itself, and where <c>oci+http://</c> says otherwise.
/// </summary>
/// <param name="Host">As people know it, with its port if it has one: what logins are kept under.</param>
/// <param name="Repository">Its name, without a slash before it.</param>
/// <param name="Tag">Of one image, or null.</param>
/// <param name="IsPlain">Whether it is spoken to without TLS.</param>
public sealed partial record RegistryAddress(string Host, string Repository, string? Tag, bool IsPlain)
{
    private const string Scheme = "oci";
    private const string PlainScheme = "oci+http";

    // Docker's own registry is one of three names.
    private const string DockerHub = "docker.io";

    /// <summary>Where its API is.</summary>
    public Uri Api => new($"{(IsPlain ? Uri.UriSchemeHttp : Uri.UriSchemeHttps)}://{(Host == DockerHub ? "registry-1.docker.io" : Host)}/");

    /// <summary>What <c>docker login</c> keeps its login under.</summary>
    public string LoginName => Host == DockerHub ? "index.docker.io" : Host;

    /// <summary>Reads an address; null, and why, if it is none.</summary>
    public static RegistryAddress? Parse(string text, out string? objection)
    {
        objection = "an address has the form oci://HOST[:PORT]/REPOSITORY";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not (Scheme or PlainScheme) || uri.Host.Length == 0 || uri.Query.Length + uri.Fragment.Length > 0)
        {
            return null;
        }

        if (uri.UserInfo.Length > 0)
        {
            objection = $"a registry's address has no login in it: 'docker login {uri.Authority[(uri.Authority.LastIndexOf('@') + 1)..]}' keeps it elsewhere";
            return null;
        }

        var (repository, tag) = uri.AbsolutePath.Trim('/').Split(':', 2) is [var name, var rest] ? (name, rest) : (uri.AbsolutePath.Trim('/'), null);
        if (!RepositoryName().IsMatch(repository) || (tag is not null && !TagName().IsMatch(tag)))
        {
            objection = $"'{repository}{(tag is null ? "" : ":" + tag)}' is no name in a registry: lower-case letters, digits, and '.', '_', '-', '/' between them";
            return null;
        }

        objection = null;
        var host = uri.Port < 0 ? uri.Host : string.Create(CultureInfo.InvariantCulture, $"{uri.Host}:{uri.Port}");
        return new(host, repository, tag, uri.Scheme == PlainScheme || IsThisMachine(uri));
    }

    private static bool IsThisMachine(Uri uri) => uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // OCI distribution specification 1.1, "Pulling manifests".
    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex RepositoryName();

    [GeneratedRegex(@"^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")]
    private static partial Regex TagName();
}
