using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Buildit.Core.Registries;

/// <summary>Who asks a registry: a user and his secret, or a token that stands for both.</summary>
/// <param name="User">Empty where the secret is a token.</param>
/// <param name="Secret">Password or identity token.</param>
public sealed record RegistryLogin(string User, string Secret)
{
    /// <summary>Whether the secret is an identity token of the registry's token server.</summary>
    public bool IsToken => User.Length == 0;
}

/// <summary>The logins that <c>docker login</c> and its relatives have kept, as far as the file itself has them: <c>config.json</c>.</summary>
/// <param name="Logins">By host.</param>
/// <param name="Helpers">Programs that keep them, by host: <c>docker-credential-NAME</c>.</param>
/// <param name="DefaultHelper">The one for all other hosts, or null.</param>
public sealed record DockerConfiguration(ImmutableDictionary<string, RegistryLogin> Logins, ImmutableDictionary<string, string> Helpers, string? DefaultHelper)
{
    /// <summary>Of somebody who is logged in nowhere.</summary>
    public static DockerConfiguration Empty { get; } = new(ImmutableDictionary<string, RegistryLogin>.Empty, ImmutableDictionary<string, string>.Empty, null);

    /// <summary>Reads the file's content; null if it is none.</summary>
    public static DockerConfiguration? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return new(
                ImmutableDictionary.CreateRange(Members(root, "auths").Select(a => (Host: HostOf(a.Name), Login: LoginOf(a.Value))).Where(a => a.Login is not null).DistinctBy(a => a.Host).Select(a => KeyValuePair.Create(a.Host, a.Login!))),
                ImmutableDictionary.CreateRange(Members(root, "credHelpers").Select(h => KeyValuePair.Create(HostOf(h.Name), h.Value.GetString() ?? "")).DistinctBy(h => h.Key)),
                root.TryGetProperty("credsStore", out var store) ? store.GetString() : null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The helper that is asked for a host's login, or null.</summary>
    public string? HelperOf(string host) => (Helpers.GetValueOrDefault(host) ?? DefaultHelper) is { Length: > 0 } name ? "docker-credential-" + name : null;

    // Keys are hosts, or addresses of registries of the first version.
    private static string HostOf(string key) => key[(key.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..].Split('/')[0];

    private static JsonElement.ObjectEnumerator Members(JsonElement root, string name) => root.TryGetProperty(name, out var members) ? members.EnumerateObject() : default;

    private static RegistryLogin? LoginOf(JsonElement e)
    {
        if (e.TryGetProperty("identitytoken", out var token) && token.GetString() is { Length: > 0 } identity)
        {
            return new("", identity);
        }

        return e.TryGetProperty("auth", out var auth) && auth.GetString() is { Length: > 0 } text && Encoding.UTF8.GetString(Convert.FromBase64String(text)).TrimEnd('\0').Split(':', 2) is [var user, var password]
            ? new(user, password)
            : null;
    }
}
