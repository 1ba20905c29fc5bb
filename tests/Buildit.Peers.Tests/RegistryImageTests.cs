using System.Text.Json;
using Buildit.Core;
using Buildit.Core.Registries;
using Buildit.Core.Trust;
using Buildit.Store.Registries;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>Images pushed to a real registry and pulled from it, as their users do it, with skopeo beside.</summary>
[Collection(nameof(OpenRegistry))]
public sealed class RegistryImageTests(OpenRegistry registry) : IDisposable
{
    private const string Layout = "out/small-1-linux-amd64.oci";
    private readonly RegistryServer _server = registry.Server;
    private readonly SmallWorkspace _user = new("");
    private readonly string _name = $"team/{Guid.NewGuid():N}";

    public void Dispose() => _user.Dispose();

    [Fact]
    public async Task What_is_pushed_has_the_digest_of_the_layout_for_everybody_and_what_is_pulled_too()
    {
        var pushed = await _user.MustAsync("push", "containers/small", Address("1"), Address("again"));
        var digest = ManifestOf(In(Layout));
        Assert.Contains($"{Address("1")} {digest}\n", pushed.Output, StringComparison.Ordinal);

        using var taken = new TemporaryDirectory();
        _server.Run("skopeo", "--insecure-policy", "copy", "--src-tls-verify=false", $"docker://{_server.Host}/{_name}:1", $"oci:{taken.Path}/image:small:1");
        Assert.Equal(digest, ManifestOf(Path.Combine(taken, "image")));
        _server.Run("skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", $"oci:{taken.Path}/image:small:1", $"docker://{_server.Host}/{_name}:skopeo");

        using var other = _user.Other("");
        var pulled = await other.MustAsync("pull", Address("skopeo"), $"{_server.Url(_name)}@{digest}");
        var name = _name[(_name.LastIndexOf('/') + 1)..];
        Assert.Equal($"out/{name}-skopeo-linux-amd64.oci {digest}\nout/{name}-{digest[7..19]}-linux-amd64.oci {digest}\n", pulled.Output);
        Assert.Equal(digest, ManifestOf(Path.Combine(other.Home, $"out/{name}-skopeo-linux-amd64.oci")));

        // What is there is not sent, and what another repository has is not either.
        var asked = _server.Requests.Count;
        Assert.Contains("0 blobs sent", (await _user.MustAsync("push", Layout, Address("third"))).Error, StringComparison.Ordinal);
        Assert.Contains("0 blobs sent (0.0 MB), ", (await _user.MustAsync("push", Layout, $"{_server.Url(_name)}-b:1")).Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Requests.Skip(asked), r => r.StartsWith("PATCH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pushed_image_is_signed_for_cosign_and_says_how_it_was_made_and_stays_what_it_was()
    {
        await _user.MustAsync("key", "new");
        await _user.MustAsync("push", "containers/small", Address("1"));
        var image = Digest.Parse(ManifestOf(In(Layout)));
        using var client = new RegistryClient(RegistryAddress.Parse(Address("1"), out _)!, new("/nowhere/config.json"), new() { ConnectTimeout = TimeSpan.FromSeconds(60) }, TimeProvider.System);
        Assert.Equal(image, Digest.Of((await client.GetManifestAsync("1", default))!.Value.Span));

        var signature = Assert.Single(CosignManifest.Read((await client.GetManifestAsync($"sha256-{image.Hex}.sig", default))!.Value)!.Layers);
        var payload = await ReadAsync(client, signature.Content.Digest);
        Assert.Equal(image, CosignPayload.ImageOf(payload));
        using var files = new TemporaryDirectory();
        File.WriteAllBytes(Path.Combine(files, "payload"), payload);
        File.WriteAllBytes(Path.Combine(files, "signature"), signature.Signature!);
        files.Write("key.pub", (await _user.MustAsync("key", "export")).Output);
        Assert.Contains("Verified OK", new Peers(await PeersRoot.ComposeAsync(), files).Run("openssl", "dgst", "-sha256", "-verify", "key.pub", "-signature", "signature", "payload").Succeeded(), StringComparison.Ordinal);

        Assert.Single(CosignManifest.Read((await client.GetManifestAsync($"sha256-{image.Hex}.att", default))!.Value)!.Layers);
        using var list = JsonDocument.Parse((await client.GetManifestAsync($"sha256-{image.Hex}", default))!.Value);
        var artifact = Assert.Single(list.RootElement.GetProperty("manifests").EnumerateArray(), m => m.GetProperty("artifactType").GetString() == "application/vnd.dsse.envelope.v1+json");
        Assert.Contains("application/spdx+json", list.RootElement.GetProperty("manifests").EnumerateArray().Select(m => m.GetProperty("artifactType").GetString()));
        Assert.Equal(image, ArtifactManifest.Read((await client.GetManifestAsync(artifact.GetProperty("digest").GetString()!, default))!.Value)!.Subject!.Digest);

        // The same again adds nothing.
        await _user.MustAsync("push", "containers/small", Address("1"));
        Assert.Single(CosignManifest.Read((await client.GetManifestAsync($"sha256-{image.Hex}.sig", default))!.Value)!.Layers);
    }

    [Fact]
    public async Task Where_a_key_is_asked_for_only_what_it_has_signed_is_pulled()
    {
        await _user.MustAsync("push", "containers/small", Address("1"), "--bare");
        await _user.MustAsync("key", "new");
        var refused = await _user.RunAsync("pull", Address("1"), "--key", "default", "-o", "taken");
        Assert.Equal((6, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("is not signed by the key", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("taken")));
        await _user.MustAsync("push", Layout, Address("1"));
        await _user.MustAsync("pull", Address("1"), "--key", "default", "-o", "taken");

        // A key that was accepted for the repository counts without being named.
        await _user.MustAsync("key", "new", "--name", "stranger");
        File.WriteAllText(In("stranger.pub"), (await _user.MustAsync("key", "export", "--name", "stranger")).Output);
        await _user.MustAsync("key", "trust", _server.Url(_name), "stranger.pub");
        Assert.Equal(6, (await _user.RunAsync("pull", Address("1"))).ExitCode);
    }

    [Fact]
    public async Task A_pull_goes_on_where_the_connection_broke_off()
    {
        await _user.MustAsync("push", "containers/small", Address("1"), "--bare");
        using var relay = new Relay(_server.Port) { CutAfter = 600 };
        using var other = _user.Other("");
        await other.MustAsync("pull", FormattableString.Invariant($"oci://127.0.0.1:{relay.Port}/{_name}:1"));
        Assert.Null(relay.CutAfter);
    }

    [Fact]
    public async Task An_image_stands_on_a_base_of_a_registry_and_a_rebased_one_is_what_would_be_built()
    {
        var (first, second) = (await BaseAsync("one"), await BaseAsync("two"));
        Write("containers/top/container.yaml", Top($"{_server.Url(_name + "-base")}:one"));
        var unpinned = await _user.RunAsync("containers/top");
        Assert.Equal((2, ""), (unpinned.ExitCode, unpinned.Output));
        Assert.Contains($"today it is ref: {_server.Url(_name + "-base")}:one@{first}", unpinned.Error, StringComparison.Ordinal);

        Write("containers/top/container.yaml", Top($"{_server.Url(_name + "-base")}:one@{first}"));
        await _user.MustAsync("containers/top");
        var top = In("out/top-1-linux-amd64.oci");
        Assert.Equal(LayersOf(In("one/base-1-linux-amd64.oci")), LayersOf(top)[..LayersOf(In("one/base-1-linux-amd64.oci")).Length]);
        using (var manifest = JsonDocument.Parse(File.ReadAllBytes(Blob(top, ManifestOf(top)))))
        {
            Assert.Equal(first, manifest.RootElement.GetProperty("annotations").GetProperty("org.opencontainers.image.base.digest").GetString());
        }

        using (var config = JsonDocument.Parse(File.ReadAllBytes(ConfigOf(top))))
        {
            var settings = config.RootElement.GetProperty("config");
            Assert.Equal(["PATH=/base/bin", "BASE=one", "OWN=top"], settings.GetProperty("Env").EnumerateArray().Select(e => e.GetString()));
            Assert.Equal(("/base", "one"), (settings.GetProperty("WorkingDir").GetString(), settings.GetProperty("Labels").GetProperty("which").GetString()));
        }

        using var unpacked = new TemporaryDirectory();
        _server.Run("skopeo", "--insecure-policy", "copy", $"oci:{top}", $"docker-archive:{unpacked.Path}/top.tar:top:1");

        // Without the registry it is built again from what the store has.
        File.WriteAllText(In("out/top-1-linux-amd64.oci/index.json"), "{}");
        await _user.MustAsync("--offline", "containers/top");
        await _user.MustAsync("rebase", "out/top-1-linux-amd64.oci", "--onto", $"{_server.Url(_name + "-base")}:two");
        Write("containers/top/container.yaml", Top($"{_server.Url(_name + "-base")}:two@{second}"));
        await _user.MustAsync("containers/top");
        Assert.Equal(ManifestOf(top), ManifestOf(In("rebased/top-1-linux-amd64.oci")));

        var refused = await _user.RunAsync("rebase", "one/base-1-linux-amd64.oci", "--onto", $"{_server.Url(_name + "-base")}:two");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("does not say what it stands on", refused.Error, StringComparison.Ordinal);
    }

    private async Task<string> BaseAsync(string which)
    {
        Write("containers/base/container.yaml", $$$"""
            - vars: {name: base, version: 1}
            - directory: {path: /base/{{{which}}}, chmod: 0700}
            - image: {type: oci, compression: none, env: {PATH: /base/bin, BASE: {{{which}}}}, workdir: /base, labels: {which: {{{which}}}}}

            """);
        await _user.MustAsync("push", "containers/base", $"{_server.Url(_name + "-base")}:{which}", "-o", which);
        return ManifestOf(In($"{which}/base-1-linux-amd64.oci"));
    }

    private static string Top(string reference) => $$$"""
        - vars: {name: top, version: 1}
        - package: test/app
        - image: {type: oci, tag: 'top:1', compression: none, env: {OWN: top}, base: {type: oci, ref: '{{{reference}}}'}}

        """;

    private string Address(string tag) => $"{_server.Url(_name)}:{tag}";

    private string In(string path) => Path.Combine(_user.Home, path);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(path))!);
        File.WriteAllText(In(path), text);
    }

    private static string Blob(string layout, string digest) => Path.Combine(layout, "blobs", "sha256", digest[7..]);

    private static string ManifestOf(string layout)
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(layout, "index.json")));
        return index.RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString()!;
    }

    private static string[] LayersOf(string layout) => [.. ImageManifest.Read(File.ReadAllBytes(Blob(layout, ManifestOf(layout))))!.Layers.Select(l => l.Digest.ToString())];

    private static string ConfigOf(string layout) => Blob(layout, ImageManifest.Read(File.ReadAllBytes(Blob(layout, ManifestOf(layout))))!.Config.Digest.ToString());

    private static async Task<byte[]> ReadAsync(RegistryClient client, Digest blob)
    {
        await using var stream = await client.OpenBlobAsync(blob, 0, default);
        using var copy = new MemoryStream();
        await stream!.CopyToAsync(copy);
        return copy.ToArray();
    }
}
