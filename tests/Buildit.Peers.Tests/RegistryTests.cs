using System.Text.Json;
using Buildit.Core;
using Buildit.Core.Registries;
using Buildit.Store.Binhosts;
using Buildit.Store.Registries;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>A binhost in a real registry, as its users have it.</summary>
[Collection(nameof(OpenRegistry))]
public sealed class RegistryTests(OpenRegistry registry)
{
    private readonly RegistryServer _server = registry.Server;

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task What_one_has_pushed_the_other_takes_even_after_the_registry_threw_away_what_nobody_names()
    {
        var url = _server.Url($"team/{Guid.NewGuid():N}");
        using var builder = new SmallWorkspace($"binhosts: [{{name: registry, url: '{url}', push: true}}]");
        await builder.MustAsync("key", "new");
        var pushed = await builder.MustAsync("containers/small");
        Assert.True(!pushed.Error.Contains("warning", StringComparison.Ordinal), pushed.Error);
        _server.CollectGarbage();

        using var user = builder.Other($"binhosts: [{{name: registry, url: '{url}'}}]");
        var key = (await user.MustAsync("key", "trust", "registry")).Output.Split(' ')[0];
        await user.MustAsync("key", "trust", "registry", key);
        Assert.Contains("Found HASH in 'registry'.", (await user.MustAsync("pull", "test/app")).Error, StringComparison.Ordinal);
        Assert.Contains("Found the image in 'registry'.", (await user.MustAsync("pull", "containers/small")).Error, StringComparison.Ordinal);

        var asked = _server.Requests.Count;
        Assert.Contains("pushed 0 (0 files, 0.0 MB)", (await builder.MustAsync("push", "containers/small")).Error, StringComparison.Ordinal);
        // Nothing moves: questions only, no upload begins.
        Assert.DoesNotContain(_server.Requests.Skip(asked), r => r.Contains("/blobs/uploads/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_images_are_images_of_the_registry()
    {
        var name = $"team/{Guid.NewGuid():N}";
        using var builder = new SmallWorkspace($"binhosts: [{{name: registry, url: '{_server.Url(name)}'}}]");
        await builder.MustAsync("key", "new");
        await builder.MustAsync("containers/small", "--push", "--output", "out");
        using var taken = new TemporaryDirectory();
        _server.Run("skopeo", "--insecure-policy", "copy", "--src-tls-verify=false", $"docker://{_server.Host}/{name}:small-1", $"oci:{taken.Path}/image:small:1");
        Assert.Equal(ManifestOf(Path.Combine(builder.Home, "out", "small-1-linux-amd64.oci")), ManifestOf(Path.Combine(taken, "image")));

        // Whoever has the image finds the record of how it was made, as the distribution specification says where a registry has no referrers API.
        using var client = Client(name);
        var image = Digest.Of((await client.GetManifestAsync("small-1", None))!.Value.Span);
        var list = await client.GetManifestAsync("sha256-" + image.Hex, None);
        using var json = JsonDocument.Parse(list!.Value);
        var record = await client.GetManifestAsync(Assert.Single(json.RootElement.GetProperty("manifests").EnumerateArray()).GetProperty("digest").GetString()!, None);
        Assert.Equal(image, ArtifactManifest.Read(record!.Value)!.Subject!.Digest);
    }

    [Fact]
    public async Task A_blob_arrives_in_pieces_though_the_connection_breaks_off_in_the_middle_of_one()
    {
        var content = new byte[20 << 20];
        new Random(1).NextBytes(content);
        using var relay = new Relay(_server.Port) { CutAfter = 10 << 20 };
        var repository = $"team/{Guid.NewGuid():N}";
        using var client = Client(repository, relay.Port, pieceSize: 3 << 20);
        var asked = _server.Requests.Count;
        await client.PutBlobAsync(Digest.Of(content), content.Length, () => new MemoryStream(content), None);
        Assert.Null(relay.CutAfter);
        await using var stored = await client.OpenBlobAsync(Digest.Of(content), 0, None);
        using var copy = new MemoryStream();
        await stored!.CopyToAsync(copy);
        Assert.Equal(Digest.Of(content), Digest.Of(copy.ToArray()));
        // In pieces, and what goes wrong is settled by asking.
        var requests = _server.Requests.Skip(asked).Where(r => r.Contains($"/{repository}/blobs/uploads/", StringComparison.Ordinal)).Select(r => r.Split(' ')[0]).ToArray();
        Assert.True(requests.Count(r => r == "PATCH") >= 7, string.Join(' ', requests));
        Assert.Contains("GET", requests);
        Assert.Equal("PUT", requests[^1]);
    }

    [Fact]
    public async Task Bytes_that_are_not_those_of_the_digest_are_refused()
    {
        using var client = Client($"team/{Guid.NewGuid():N}");
        var error = await Assert.ThrowsAsync<PlaceException>(() => client.PutBlobAsync(Digest.Of("right"), 5, () => new MemoryStream("wrong"u8.ToArray()), None));
        Assert.Contains("digest", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Null(await client.FindBlobAsync(Digest.Of("right"), None));
    }

    private static string ManifestOf(string layout)
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(layout, "index.json")));
        return index.RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString()!;
    }

    private RegistryClient Client(string repository, int? port = null, int pieceSize = 16 << 20) => new(
        RegistryAddress.Parse(FormattableString.Invariant($"oci://127.0.0.1:{port ?? _server.Port}/{repository}"), out _)!, new("/nowhere/config.json"), new() { ConnectTimeout = TimeSpan.FromSeconds(60) }, TimeProvider.System, pieceSize);
}
