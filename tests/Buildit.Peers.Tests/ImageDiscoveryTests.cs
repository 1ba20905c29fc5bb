using System.Text.Json;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>The ACI of a binhost is found by its name: by the reference implementation of App Container Image Discovery, with each of the servers that can show a binhost.</summary>
public sealed class ImageDiscoveryTests : IDisposable
{
    private readonly TemporaryDirectory _work = new();

    private string Place => Path.Combine(_work, "bin");

    [Fact]
    public async Task Actool_finds_an_ACI_that_nginx_shows()
    {
        using var server = await NginxServer.StartAsync(await PeersRoot.ComposeAsync(), Place, more: "location = /bin { return 301 /bin/; }");
        await IsFoundAsync(new Uri(server.Url));
    }

    [Fact]
    public async Task Actool_finds_an_ACI_that_buildit_shows()
    {
        // Only a binhost is shown; an empty one must be made.
        Assert.Equal(0, (await BuilditProcess.RunAsync(_work, "binhost", "init", Place)).ExitCode);
        using var server = BuilditProcess.Start(_work, null, "binhost", "serve", Place, "--port", "0", "--bind", "127.0.0.1");
        try
        {
            await IsFoundAsync(new Uri((await server.StandardOutput.ReadLineAsync())!));
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    public void Dispose() => _work.Dispose();

    private async Task IsFoundAsync(Uri place)
    {
        using var builder = new SmallWorkspace($"binhosts: [{{name: shared, upload: '{Place}', download: '{place}'}}]");
        await builder.MustAsync("key", "new");
        await PushAsync(builder, "small");
        await PushAsync(builder, "small-er", "split: true, ");
        // What a split image depends on is found, too.
        var package = Path.GetFileName(Directory.GetFiles(Path.Combine(Place, "aci"), "test_app-*").Single());
        foreach (var (name, version, file) in new[] { ("small", "1", "small-1-linux-amd64.aci"), ("small-er", "1", "small-er-1-linux-amd64.aci"), ("test/app", package.Split("app-")[1].Split("-linux")[0], package) })
        {
            var found = (await DiscoverAsync(place, name, version)).Succeeded();
            // Before it stand the pages that it has looked at in vain.
            using var answer = JsonDocument.Parse(found[found.IndexOf('{', StringComparison.Ordinal)..]);
            var aci = answer.RootElement.GetProperty("ACIEndpoints")[0].GetProperty("ACI").GetString()!;
            Assert.Equal(new Uri(place, $"aci/{file}").AbsoluteUri, aci);
            using var client = new HttpClient();
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Place, $"aci/{file}")), await client.GetByteArrayAsync(aci));
            var keys = answer.RootElement.GetProperty("PublicKeys")[0].GetString()!;
            Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Place, "keys/list")), await client.GetStringAsync(keys));
        }

        var other = await DiscoverAsync(place, "tiny", "1");
        Assert.NotEqual(0, other.ExitCode);
        Assert.Contains("discovery failed", other.Error, StringComparison.Ordinal);
    }

    private async Task<PeerResult> DiscoverAsync(Uri place, string name, string version) => new Peers(await PeersRoot.ComposeAsync(), _work)
        .RunInNetwork("actool", "discover", "-json", "-insecure", FormattableString.Invariant($"-port={place.Port}"), $"{place.Host}{place.AbsolutePath}{name}:{version}");

    private static async Task PushAsync(SmallWorkspace builder, string name, string more = "")
    {
        var directory = Directory.CreateDirectory(Path.Combine(builder.Home, "containers", name));
        await File.WriteAllTextAsync(Path.Combine(directory.FullName, "container.yaml"), $"- vars: {{name: {name}, version: 1}}\n- package: test/app\n- image: {{type: aci, {more}compression: none}}\n");
        await builder.MustAsync($"containers/{name}", "--push");
    }
}
