using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Buildit.Core.Registries;
using Buildit.Store.Binhosts;
using Buildit.Store.Compression;
using Buildit.Store.Fetching;

namespace Buildit.Store.Registries;

/// <summary>
/// Who we are for a registry: nobody until it asks, then who the logins say, directly or by a token of the server that it names (docker's "Token Authentication Specification").
/// </summary>
internal sealed class RegistryAccess(RegistryAddress address, RegistryLogins logins, HttpLine line) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private RegistryLogin? _login;

    /// <summary>What goes with each request; null = nothing yet.</summary>
    public AuthenticationHeaderValue? Header { get; private set; }

    public void Dispose() => _turn.Dispose();

    /// <summary>Answers a refusal: from then on requests are sent with something else. False if there is nothing else.</summary>
    /// <param name="refused">What the refused request was sent with.</param>
    /// <param name="offered">How the registry wants to be told.</param>
    /// <param name="watch">Patience.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<bool> AnswerAsync(AuthenticationHeaderValue? refused, IEnumerable<AuthenticationHeaderValue> offered, StallWatch watch, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            if (!Equals(Header, refused))
            {
                // Another request was refused in the same way meanwhile.
                return true;
            }

            _login ??= await logins.FindAsync(address.LoginName, cancel);
            var challenges = offered.Select(o => AuthChallenge.Parse(o.Scheme, o.Parameter)).ToArray();
            var next = challenges.FirstOrDefault(c => c.Realm is not null) is { } bearer ? new("Bearer", await TokenAsync(bearer, watch))
                : _login is { IsToken: false } && challenges.Any(c => c.Scheme == "basic") ? Basic(_login)
                : null;
            var isNew = next is not null && !next.Equals(Header);
            Header = next ?? Header;
            return isNew;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What 401 and 403 mean for whoever asked.</summary>
    public string Explain(HttpStatusCode status) => (status, _login) switch
    {
        (HttpStatusCode.Unauthorized, null) => $"wants to know who asks, and '{logins.File}' has no login for it: docker login {address.Host}",
        (HttpStatusCode.Unauthorized, _) => $"does not accept the login that '{logins.File}' has for it: docker login {address.Host}",
        (_, null) => $"does not allow that to somebody who is not logged in: docker login {address.Host}",
        (_, { IsToken: true }) => "does not allow that to whoever is logged in",
        (_, var login) => $"does not allow that to '{login.User}'",
    };

    private static AuthenticationHeaderValue Basic(RegistryLogin login) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Secret}")));

    private async Task<string> TokenAsync(AuthChallenge challenge, StallWatch watch)
    {
        var realm = challenge.Realm!;
        if (realm.Scheme != Uri.UriSchemeHttps && !(address.IsPlain && realm.Scheme == Uri.UriSchemeHttp))
        {
            throw new PlaceException($"wants a login to be sent to '{Redaction.Of(realm)}' without TLS, which is refused");
        }

        using var response = _login is { IsToken: true } token ? await RefreshAsync(realm, challenge, token, watch) : await AskAsync(realm, challenge, watch);
        var body = await RegistryAnswer.ReadAsync(response, watch);
        return response.StatusCode switch
        {
            HttpStatusCode.OK => TokenOf(body) ?? throw new PlaceException($"has a token server that sends {ContentKind.Detect(body.Span[..Math.Min(512, body.Length)]).Description}"),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => throw new PlaceException(Explain(HttpStatusCode.Unauthorized)),
            var status => throw new PlaceException($"has a token server that answers {(int)status} {response.ReasonPhrase}", RetryPolicy.MayPass(status)),
        };
    }

    private Task<HttpResponseMessage> AskAsync(Uri realm, AuthChallenge challenge, StallWatch watch)
    {
        var query = string.Join('&', Wanted(challenge).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));
        var url = new UriBuilder(realm) { Query = realm.Query.Length > 1 ? realm.Query[1..] + "&" + query : query }.Uri;
        return line.SendAsync(HttpMethod.Get, url, request => request.Headers.Authorization = _login is not null && request.RequestUri!.Authority == url.Authority ? Basic(_login) : null, watch);
    }

    private Task<HttpResponseMessage> RefreshAsync(Uri realm, AuthChallenge challenge, RegistryLogin token, StallWatch watch) => line.SendAsync(
        HttpMethod.Post,
        realm,
        request => request.Content = request.RequestUri!.Authority != realm.Authority ? null : new FormUrlEncodedContent(
            Wanted(challenge).Concat([new("grant_type", "refresh_token"), new("client_id", "buildit"), new("refresh_token", token.Secret)])),
        watch);

    private static IEnumerable<KeyValuePair<string, string>> Wanted(AuthChallenge challenge) => challenge.Parameters.Where(p => p.Key is "service" or "scope").OrderBy(p => p.Key, StringComparer.Ordinal);

    private static string? TokenOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.TryGetProperty("token", out var token) || json.RootElement.TryGetProperty("access_token", out token) ? token.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
