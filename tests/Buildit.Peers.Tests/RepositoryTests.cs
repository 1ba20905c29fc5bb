using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>The first design's <c>repository:</c>, letter by letter: written over ssh, read over https.</summary>
[Collection(nameof(SshServer))]
public sealed class RepositoryTests(SshServer server) : IDisposable
{
    // As it stands in docs/configuration.md.
    private const string Block = """
        repository:
          name: mysuperbinhost
          upload-type: ssh
          upload-path: containers@mysuperbinhost.org/containers
          download-type: https
          download-path: mysuperbinhost.org/containers
        """;

    private readonly TemporaryDirectory _certificate = new();

    [Fact]
    public async Task What_one_has_pushed_over_ssh_the_other_takes_over_https()
    {
        Assert.Contains(Block, File.ReadAllText(Path.Combine(Repository.Root, "docs/configuration.md")), StringComparison.Ordinal);
        var root = await PeersRoot.ComposeAsync();
        new Peers(root, _certificate).Run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "server.key", "-out", "server.pem", "-days", "30", "-subj", "/CN=mysuperbinhost.org",
            "-addext", "subjectAltName=DNS:mysuperbinhost.org").Succeeded();
        using var nginx = await NginxServer.StartAsync(root, Path.Combine(server.Home, "containers"), path: "containers", certificate: Path.Combine(_certificate, "server"));
        using var proxy = new Relay(nginx.Port, isProxy: true);
        using var builder = new SmallWorkspace(Block);
        builder.Environment["SSL_CERT_FILE"] = Path.Combine(_certificate, "server.pem");
        builder.Environment["https_proxy"] = $"http://127.0.0.1:{proxy.Port}";
        await builder.MustAsync("key", "new");

        var pushed = await builder.MustAsync("containers/small");
        Assert.Contains("Uploading container spec and image(s) to 'mysuperbinhost'", pushed.Error, StringComparison.Ordinal);
        Assert.True(!pushed.Error.Contains("warning", StringComparison.Ordinal), pushed.Error);
        Assert.True(File.Exists(Path.Combine(server.Home, "containers/containers/small-1.yaml")));

        using var user = builder.Other(Block);
        var key = (await user.MustAsync("key", "trust", "mysuperbinhost")).Output.Split(' ')[0];
        await user.MustAsync("key", "trust", "mysuperbinhost", key);
        var taken = await user.MustAsync("pull", "containers/small");
        Assert.Contains("Found the image in 'mysuperbinhost'.", taken.Error, StringComparison.Ordinal);

        var again = await builder.MustAsync("push", "containers/small");
        Assert.Contains("pushed 0 (0 files, 0.0 MB)", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_ssh_alone_it_is_read_and_written_with_keys_of_the_configuration()
    {
        using var builder = new SmallWorkspace($"binhosts: [{{name: account, url: '{server.Url("restricted", "alone")}'}}]");
        await builder.MustAsync("key", "new");
        await builder.MustAsync("containers/small", "--push");
        using var user = builder.Other($"binhosts: [{{name: account, url: '{server.Url("restricted", "alone")}', keys: ['{builder.Home}/.config/buildit/keys/default.pub']}}]");
        Assert.Contains("Found the image in 'account'.", (await user.MustAsync("containers/small")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_cannot_be_had_is_told_once_with_the_command_and_everything_is_built()
    {
        using var user = new SmallWorkspace("binhosts: [{name: account, url: 'ssh://containers@unknown.test/bin'}]");
        var result = await user.MustAsync("containers/small");
        Assert.Equal(2, result.Error.Split("the binhost 'account'").Length);
        Assert.Contains("accept it: sftp containers@unknown.test", result.Error, StringComparison.Ordinal);
        var asked = await user.RunAsync("push", "containers/small");
        Assert.Equal(4, asked.ExitCode);
        Assert.Contains("accept it: sftp containers@unknown.test", asked.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _certificate.Dispose();
}
