using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Buildit.Core.Registries;

/// <summary>
/// A repository of an OCI registry, or an image in it: <c>oci://HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]</c>. Spoken to by https, but for this machine itself, and where <c>oci+http://</c> says otherwise.
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

    /// <summary>Of one image, or null.</summary>
    public Digest? Digest { get; init; }

    /// <summary>The address, as it may be written again.</summary>
    public string Text => $"{Place}{(Tag is null ? "" : ":" + Tag)}{(Digest is { } digest ? "@" + digest : "")}";

    /// <summary>The address of the repository alone.</summary>
    public string Place => $"{(IsPlain && !IsLoopback(new Uri(Api.AbsoluteUri).Host) ? PlainScheme : Scheme)}://{Name}";

    /// <summary>The repository as docker and its relatives write it.</summary>
    public string Name => $"{Host}/{Repository}";

    /// <summary>What the registry is asked for: the digest goes before the tag.</summary>
    public string Reference => Digest?.ToString() ?? Tag ?? "latest";

    /// <summary>Whether a word of a command line is meant to be such an address.</summary>
    public static bool IsOne(string word) => word.StartsWith(Scheme + "://", StringComparison.Ordinal) || word.StartsWith(PlainScheme + "://", StringComparison.Ordinal);

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

        var (image, pin) = Halves(uri.AbsolutePath.Trim('/'), '@');
        var (repository, tag) = Halves(image, ':');
        if (!RepositoryName().IsMatch(repository) || (tag is not null && !TagName().IsMatch(tag)))
        {
            objection = $"'{repository}{(tag is null ? "" : ":" + tag)}' is no name in a registry: lower-case letters, digits, and '.', '_', '-', '/' between them";
            return null;
        }

        Digest digest = default;
        if (pin is not null && !(pin.Contains(':', StringComparison.Ordinal) && Core.Digest.TryParse(pin, out digest)))
        {
            objection = $"'{pin}' is no digest: 'sha256:' and 64 hexadecimal digits";
            return null;
        }

        objection = null;
        var host = uri.Port < 0 ? uri.Host : string.Create(CultureInfo.InvariantCulture, $"{uri.Host}:{uri.Port}");
        return new(host, repository, tag, uri.Scheme == PlainScheme || IsLoopback(uri.Host)) { Digest = pin is null ? null : digest };
    }

    private static (string First, string? Second) Halves(string text, char at) => text.Split(at, 2) is [var first, var second] ? (first, second) : (text, null);

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // OCI distribution specification 1.1, "Pulling manifests".
    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex RepositoryName();

    [GeneratedRegex(@"^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")]
    private static partial Regex TagName();
}
