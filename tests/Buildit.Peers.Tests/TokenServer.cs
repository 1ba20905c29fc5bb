using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Buildit.Peers.Tests;

/// <summary>A token server, played by the test: gives whoever has the password, or the identity token, what he asks for (docker's "Token Authentication Specification").</summary>
internal sealed class TokenServer : IDisposable
{
    public const string User = "ana";
    public const string Password = "secret:word";
    public const string Identity = "identity-token";
    private readonly HttpListener _listener = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TokenServer()
    {
        _certificate = new CertificateRequest("CN=tokens", _key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var port = Loopback.FreePort();
        Realm = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/token");
        _listener.Prefixes.Add(Realm + "/");
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    /// <summary>Where it is.</summary>
    public string Realm { get; }

    /// <summary>The certificate of its signatures, in PEM.</summary>
    public string Certificate => _certificate.ExportCertificatePem();

    /// <summary>What it was asked for: method and scope.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public void Dispose()
    {
        _listener.Close();
        _certificate.Dispose();
        _key.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                Answer(await _listener.GetContextAsync());
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
        }
    }

    private void Answer(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream);
        var form = reader.ReadToEnd();
        var isPost = context.Request.HttpMethod == "POST";
        var query = System.Web.HttpUtility.ParseQueryString(isPost ? form : context.Request.Url!.Query);
        Asked.Enqueue($"{context.Request.HttpMethod} {InOrder(query["scope"] ?? "")}");
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
        var isKnown = isPost ? query["refresh_token"] == Identity : context.Request.Headers["Authorization"] == expected;
        context.Response.StatusCode = isKnown ? 200 : 401;
        if (isKnown)
        {
            context.Response.OutputStream.Write(Encoding.UTF8.GetBytes($"{{\"{(isPost ? "access_token" : "token")}\":\"{Token(query["service"]!, query["scope"] ?? "")}\"}}"));
        }

        context.Response.Close();
    }

    // RFC 7519, with the access that distribution asks for.
    private string Token(string service, string scope)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var access = string.Join(',', scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split(':')).Select(p =>
            $"{{\"type\":\"{p[0]}\",\"name\":\"{string.Join(':', p[1..^1])}\",\"actions\":{JsonSerializer.Serialize(p[^1].Split(','))}}}"));
        var head = $"{{\"typ\":\"JWT\",\"alg\":\"ES256\",\"x5c\":[\"{Convert.ToBase64String(_certificate.RawData)}\"]}}";
        var claims = string.Create(CultureInfo.InvariantCulture, $"{{\"iss\":\"tokens\",\"sub\":\"{User}\",\"aud\":\"{service}\",\"exp\":{now + 300},\"nbf\":{now - 60},\"iat\":{now},\"jti\":\"1\",\"access\":[{access}]}}");
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(head))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    // A registry lists the permissions that are needed in any order.
    private static string InOrder(string scope) => scope.LastIndexOf(':') is var colon and >= 0 ? scope[..(colon + 1)] + string.Join(',', scope[(colon + 1)..].Split(',').Order(StringComparer.Ordinal)) : scope;
}
