using System.Text;
using Buildit.Core.Binhosts;
using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>Registries that want to know who asks: by a password, and by a token of another server.</summary>
public sealed class RegistryLoginTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    [Fact]
    public async Task With_the_login_that_docker_keeps_a_password_opens_the_registry()
    {
        using var server = await WithPasswordAsync();
        await WritesAndReadsAsync(server, Logins(Password(server.Host, TokenServer.Password)));
    }

    [Fact]
    public async Task With_a_credential_helper_it_opens_too()
    {
        using var server = await WithPasswordAsync();
        var path = Environment.GetEnvironmentVariable("PATH");
        var helper = _home.Write("bin/docker-credential-peers", $$"""
            #!/bin/sh
            read host
            if test "$host" = '{{server.Host}}'; then echo '{"ServerURL": "x", "Username": "{{TokenServer.User}}", "Secret": "{{TokenServer.Password}}"}'
            else echo 'credentials not found in native keychain'; exit 1; fi

            """);
        File.SetUnixFileMode(helper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", $"{Path.GetDirectoryName(helper)}:{path}");
        try
        {
            await WritesAndReadsAsync(server, Logins("""{"credsStore": "peers"}"""));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    [Fact]
    public async Task Without_a_login_and_with_a_wrong_one_the_command_is_told_that_changes_it()
    {
        using var server = await WithPasswordAsync();
        Assert.Contains($"has no login for it: docker login {server.Host}", await FailsAsync(server, "{}"), StringComparison.Ordinal);
        Assert.Contains(
            $"does not accept the login that '{_home.Path}/config.json' has for it: docker login {server.Host}",
            await FailsAsync(server, Password($"http://{server.Host}/v1/", "wrong")),
            StringComparison.Ordinal);
        Assert.Contains("'docker-credential-nobody', which cannot be started", await FailsAsync(server, """{"credsStore": "nobody"}"""), StringComparison.Ordinal);
        Assert.Contains("is not what 'docker login' writes", await FailsAsync(server, "auths:"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_server_is_asked_with_the_password_and_for_no_more_than_is_needed()
    {
        using var tokens = new TokenServer();
        using var server = await WithTokensAsync(tokens);
        await WritesAndReadsAsync(server, Logins(Password(server.Host, TokenServer.Password)));
        Assert.Contains("GET repository:team/bin:pull", tokens.Asked);
        Assert.Contains("GET repository:team/bin:pull,push", tokens.Asked);
        // Once for each permission, not for each request.
        Assert.InRange(tokens.Asked.Count, 2, 4);
    }

    [Fact]
    public async Task A_token_server_is_asked_with_an_identity_token_where_docker_keeps_one()
    {
        using var tokens = new TokenServer();
        using var server = await WithTokensAsync(tokens);
        await WritesAndReadsAsync(server, Logins(Auths(server.Host, "identitytoken", TokenServer.Identity)));
        Assert.Contains("POST repository:team/bin:pull,push", tokens.Asked);
    }

    [Fact]
    public async Task A_token_server_that_refuses_is_told_as_a_registry_that_does()
    {
        using var tokens = new TokenServer();
        using var server = await WithTokensAsync(tokens);
        Assert.Contains($"docker login {server.Host}", await FailsAsync(server, "{}"), StringComparison.Ordinal);
        Assert.Contains("does not accept the login", await FailsAsync(server, Password(server.Host, "wrong")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_binhost_that_refuses_fails_no_build_and_is_told_once_with_the_command()
    {
        using var server = await WithPasswordAsync();
        using var user = new SmallWorkspace($"binhosts: [{{name: closed, url: '{server.Url("team/bin")}'}}]");
        var built = await user.MustAsync("containers/small");
        Assert.Equal(2, built.Error.Split("the binhost 'closed'").Length);
        Assert.Contains($"docker login {server.Host}", built.Error, StringComparison.Ordinal);
        var asked = await user.RunAsync("push", "containers/small");
        Assert.Equal(4, asked.ExitCode);
        Assert.Contains($"docker login {server.Host}", asked.Error, StringComparison.Ordinal);

        Logins(Password(server.Host, TokenServer.Password));
        user.Environment["DOCKER_CONFIG"] = _home;
        await user.MustAsync("push", "containers/small");
    }

    [Fact]
    public async Task An_image_is_pushed_and_pulled_only_with_a_login_and_without_one_the_command_that_changes_it_is_told()
    {
        using var server = await WithPasswordAsync();
        using var user = new SmallWorkspace("");
        var refused = await user.RunAsync("push", "containers/small", server.Url("team/small") + ":1");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains($"docker login {server.Host}", refused.Error, StringComparison.Ordinal);

        Logins(Password(server.Host, TokenServer.Password));
        user.Environment["DOCKER_CONFIG"] = _home;
        await user.MustAsync("push", "containers/small", server.Url("team/small") + ":1");
        await user.MustAsync("pull", server.Url("team/small") + ":1");
    }

    public void Dispose() => _home.Dispose();

    private static string Password(string host, string password) => Auths(host, "auth", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{TokenServer.User}:{password}")));

    private static string Auths(string host, string kind, string secret) => "{\"auths\": {\"" + host + "\": {\"" + kind + "\": \"" + secret + "\"}}}";

    private string Logins(string text) => _home.Write("config.json", text);

    private async Task<RegistryServer> WithPasswordAsync()
    {
        new Peers(await PeersRoot.ComposeAsync(), _home).Run("htpasswd", "-B", "-C", "4", "-b", "-c", "htpasswd", TokenServer.User, TokenServer.Password).Succeeded();
        return await RegistryServer.StartAsync($"auth: {{htpasswd: {{realm: peers, path: '{_home.Path}/htpasswd'}}}}");
    }

    private async Task<RegistryServer> WithTokensAsync(TokenServer tokens) => await RegistryServer.StartAsync(
        $"auth: {{token: {{realm: '{tokens.Realm}', service: peers, issuer: tokens, rootcertbundle: '{_home.Write("tokens.pem", tokens.Certificate)}'}}}}");

    private static RegistryPlace Open(RegistryServer server, string logins) =>
        RegistryPlace.At(server.Url("team/bin"), new(logins), new() { ConnectTimeout = TimeSpan.FromSeconds(60), StallTimeout = TimeSpan.FromSeconds(60) }, TimeProvider.System);

    private static async Task WritesAndReadsAsync(RegistryServer server, string logins)
    {
        using var reader = Open(server, logins);
        Assert.Null(await reader.GetAsync(BinhostLayout.KeyList, null, default));
        using var writer = Open(server, logins);
        await writer.UpdateAsync(BinhostLayout.KeyList, current => Task.FromResult<ReadOnlyMemory<byte>?>(current is null ? "there\n"u8.ToArray() : null), default);
        Assert.Equal("there\n", Encoding.UTF8.GetString((await reader.GetAsync(BinhostLayout.KeyList, null, default))!.Content.Span));
    }

    private async Task<string> FailsAsync(RegistryServer server, string logins)
    {
        using var place = Open(server, Logins(logins));
        return (await Assert.ThrowsAsync<PlaceException>(() => place.GetAsync(BinhostLayout.KeyList, null, default))).Message;
    }
}
