using System.Text.Json;

namespace Buildit.Peers.Tests;

/// <summary>Programs that others wrote for these formats take our images.</summary>
[Collection(nameof(Judged))]
public sealed class ImageToolTests(Judged judged)
{
    public static TheoryData<string> Containers { get; } = ["nginx-prod", "redis"];

    [Theory]
    [MemberData(nameof(Containers))]
    public void Actool_finds_the_ACI_valid(string container)
    {
        var result = judged.Peers.Run("actool", "--debug", "validate", judged.Image(container).Aci);

        Assert.Contains("valid app container image", result.Succeeded() + result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public void Oci_image_tool_finds_the_layout_valid(string container)
    {
        var image = judged.Image(container);

        var result = judged.Peers.Run("oci-image-tool", "validate", "--type", "image", "--ref", $"name={image.Tag}", image.Layout);

        Assert.Contains("Validation succeeded", result.Succeeded() + result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public void Skopeo_reads_what_the_container_declares(string container)
    {
        var image = judged.Image(container);

        var config = JsonDocument.Parse(judged.Peers.Run("skopeo", "inspect", "--config", image.Reference).Succeeded()).RootElement;

        Console.WriteLine(config);
        Assert.Equal("amd64", config.GetProperty("architecture").GetString());
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public void Skopeo_copies_to_other_formats(string container)
    {
        var image = judged.Image(container);

        judged.Peers.Run("skopeo", "--insecure-policy", "copy", image.Reference, $"docker-archive:{container}.docker.tar:{image.Tag}").Succeeded();
        judged.Peers.Run("skopeo", "--insecure-policy", "copy", image.Reference, $"dir:{container}.dir").Succeeded();
    }
}
