using System.Text.Json;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>A binhost with nginx-prod, judged by tools that know nothing of buildit, and taken from a real web server.</summary>
[Collection(nameof(Judged))]
public sealed class BinhostTests(Judged judged) : IAsyncLifetime, IDisposable
{
    private const string Image = "nginx-production-1.26.3-p1-linux-amd64";

    private readonly TemporaryDirectory _home = new();

    private string Place => Path.Combine(judged.Work, "binhost");

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_home, "ws"));
        Run("cp", "-r", Path.Combine(Repository.Root, "containers/nginx-prod"), Path.Combine(_home, "ws"));
        await BuilderAsync("key", "new");
        await BuilderAsync("push", "nginx-prod", "--output", Path.Combine(_home, "out"));
    }

    [Fact]
    public async Task A_user_with_an_empty_store_takes_nginx_from_a_web_server_bit_by_bit_and_without_the_toolchain()
    {
        using var server = await NginxServer.StartAsync(judged.Root, Place);
        _home.Write("user/.buildit-config.yaml", $"recipes: ['{Repository.Root}/pkgs']\nbinhosts:\n  - {{name: shared, download: '{server.Url}', keys: [{_home.Path}/.config/buildit/keys/default.pub]}}\n");
        Run("cp", "-r", Path.Combine(Repository.Root, "containers/nginx-prod"), Path.Combine(_home, "user"));
        var store = Path.Combine(_home, "user/store");
        var user = new Dictionary<string, string> { ["HOME"] = Path.Combine(_home, "user"), ["BUILDIT_STORE"] = store };
        var taken = await BuilditProcess.RunAsync(Path.Combine(_home, "user"), user, "nginx-prod", "--output", "out");
        Assert.True(taken.ExitCode == 0, taken.ToString());
        Assert.Contains("Found HASH in 'shared'.", taken.Error, StringComparison.Ordinal);
        Run("diff", "-r", Path.Combine(_home, "out"), Path.Combine(_home, "user/out"));
        // Records and the image: no output was unpacked, and nothing came from a mirror.
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store, "trees")));
        Assert.InRange(server.Requests.Length, 1, 60);
        var size = Directory.EnumerateFiles(store, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        Assert.InRange(size, 1, 2 * Directory.EnumerateFiles(Path.Combine(_home, "out"), "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length));
    }

    // docs/trust.md, "With other tools", word for word but for the paths and jq.
    [Fact]
    public void A_signature_is_verified_by_openssl()
    {
        var record = Directory.EnumerateFiles(Path.Combine(Place, "records"), "*", SearchOption.AllDirectories).First(f => Path.GetFileName(f).Length == 64);
        var envelope = JsonDocument.Parse(File.ReadAllBytes(record)).RootElement;
        var signature = envelope.GetProperty("signatures")[0];
        File.WriteAllBytes(Path.Combine(judged.Work, "payload"), envelope.GetProperty("payload").GetBytesFromBase64());
        File.WriteAllBytes(Path.Combine(judged.Work, "signature"), signature.GetProperty("sig").GetBytesFromBase64());
        var key = signature.GetProperty("keyid").GetString()!;
        File.Copy(Path.Combine(Place, "keys", key + ".pub"), Path.Combine(judged.Work, "default.pub"), overwrite: true);
        const string Signed = """{ printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c < payload)"; cat payload; } > signed""";
        const string Verify = "openssl dgst -sha256 -verify default.pub -signature signature signed";
        const string Fingerprint = "openssl pkey -pubin -in default.pub -outform DER | sha256sum";
        var trust = File.ReadAllText(Path.Combine(Repository.Root, "docs/trust.md"));
        Assert.All([Signed, Verify, Fingerprint], c => Assert.Contains(c, trust, StringComparison.Ordinal));
        Assert.Equal("Verified OK\n", judged.Peers.Shell($"{Signed}; {Verify}").Succeeded());
        Assert.StartsWith(key, judged.Peers.Shell(Fingerprint).Succeeded(), StringComparison.Ordinal);
        Assert.NotEqual(0, judged.Peers.Shell($"{Signed}; printf x >> signed; {Verify}").ExitCode);
    }

    [Fact]
    public void It_is_an_image_layout_for_skopeo_and_umoci()
    {
        judged.Peers.Run("skopeo", "copy", "oci:binhost:nginx-production:1.26.3-p1", "oci:copied:1").Succeeded();
        judged.Peers.Run("skopeo", "inspect", "oci:binhost:nginx-production:1.26.3-p1").Succeeded();
        Assert.Contains("nginx-production:1.26.3-p1", judged.Peers.Run("umoci", "list", "--layout", "binhost").Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_ACI_is_valid_for_actool() => judged.Peers.Run("actool", "validate", $"binhost/aci/{Image}.aci").Succeeded();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        Run("rm", "-rf", Place, Path.Combine(judged.Work, "copied"));
        _home.Dispose();
    }

    private async Task BuilderAsync(params string[] arguments)
    {
        _home.Write("ws/.buildit-config.yaml", $"recipes: ['{Repository.Root}/pkgs']\nbinhosts:\n  - {{name: shared, url: '{Place}'}}\n");
        var result = await BuilditProcess.RunAsync(Path.Combine(_home, "ws"), new Dictionary<string, string> { ["HOME"] = _home }, arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
