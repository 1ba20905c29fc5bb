using System.Text.Json;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>What two images have in common is there once.</summary>
public sealed class LayerTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Equal_packages_are_equal_layers_in_two_images_and_made_once()
    {
        var fresh = Workspace.Fresh();
        _workspace.Recipe("one", $"mkdir -p \"$OUTPUT/usr/share\"; echo one {fresh} > \"$OUTPUT/usr/share/one\"", tools: Workspace.FewTools);
        _workspace.Recipe("two", $"mkdir -p \"$OUTPUT/usr/share\"; echo two {fresh} > \"$OUTPUT/usr/share/two\"", tools: Workspace.FewTools);
        _workspace.Write("files/motd", "hello\n");
        _workspace.Write("containers/first/container.yaml", "- vars: {name: first, version: 1}\n- package: test/one\n- package: test/two\n- image: {type: oci}\n");
        _workspace.Write("containers/second/container.yaml", "- vars: {name: second, version: 2}\n- package: test/one\n- package: test/two\n- sync: {src: ../../files/motd, dest: /etc/motd}\n- image: {type: oci, labels: {which: second}}\n");

        await _workspace.MustBuildAsync("containers/first", "--output", _workspace.In("out"));
        var first = Layers("out/first-1-linux-amd64.oci");
        var made = first.ToDictionary(l => l.Digest, l => File.GetLastWriteTimeUtc(BlobInStore(l.Digest)));
        await _workspace.MustBuildAsync("containers/second", "--output", _workspace.In("out"));
        var second = Layers("out/second-2-linux-amd64.oci");

        Assert.Equal(3, first.Length);
        Assert.All(first, l => Assert.Equal("application/vnd.oci.image.layer.v1.tar+zstd", l.MediaType));
        Assert.Equal(first[..^1], second[..^1]);
        Assert.NotEqual(first[^1], second[^1]);
        Assert.All(second[..^1], l => Assert.Equal(made[l.Digest], File.GetLastWriteTimeUtc(BlobInStore(l.Digest))));
    }

    private string BlobInStore(string digest) => Path.Combine(_workspace.Store, "blobs/sha256", digest.Split(':')[1]);

    private (string MediaType, string Digest)[] Layers(string layout)
    {
        using var index = Read(layout, "index.json");
        using var manifest = Read(layout, "blobs/sha256/" + index.RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString()!.Split(':')[1]);
        return [.. manifest.RootElement.GetProperty("layers").EnumerateArray().Select(l => (l.GetProperty("mediaType").GetString()!, l.GetProperty("digest").GetString()!))];
    }

    private JsonDocument Read(string layout, string file) => JsonDocument.Parse(File.ReadAllText(_workspace.In(Path.Combine(layout, file))));
}
