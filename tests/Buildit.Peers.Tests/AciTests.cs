using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace Buildit.Peers.Tests;

/// <summary>The ACI's outer form, which tools of the time relied upon.</summary>
[Collection(nameof(Judged))]
public sealed class AciTests(Judged judged)
{
    [Theory]
    [InlineData("nginx-prod")]
    [InlineData("redis")]
    public void The_manifest_comes_first_and_then_the_root(string container)
    {
        using var reader = new TarReader(new GZipStream(File.OpenRead(Path.Combine(judged.Work, judged.Image(container).Aci)), CompressionMode.Decompress));

        var first = reader.GetNextEntry()!;
        var manifest = JsonDocument.Parse(first.DataStream!).RootElement.Clone();
        var second = reader.GetNextEntry()!;

        Assert.Equal("manifest", first.Name);
        Assert.Equal(("rootfs/", TarEntryType.Directory), (second.Name, second.EntryType));
        var read = JsonDocument.Parse(judged.Peers.Run("actool", "cat-manifest", judged.Image(container).Aci).Succeeded()).RootElement;
        Assert.Equal("ImageManifest", read.GetProperty("acKind").GetString());
        Assert.True(JsonElement.DeepEquals(manifest.GetProperty("labels"), read.GetProperty("labels")));
        Assert.True(JsonElement.DeepEquals(manifest.GetProperty("app").GetProperty("exec"), read.GetProperty("app").GetProperty("exec")));
    }
}
