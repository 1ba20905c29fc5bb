using System.Text.Json;
using Buildit.Testing;

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
    public async Task Every_path_in_it_has_an_owner(string container) => Assert.Equal(
        [],
        await Owners.UnownedAsync(Repository.Root, new() { ["BUILDIT_STORE"] = Repository.SharedStore }, $"containers/{container}", Path.Combine(judged.Work, judged.Image(container).Aci)));

    [Theory]
    [MemberData(nameof(Containers))]
    public void Oci_image_tool_finds_the_layout_valid(string container)
    {
        var image = judged.Image(container);

        var result = judged.Peers.Run("oci-image-tool", "validate", "--type", "image", "--ref", $"name={image.Tag}", image.Layout);

        Assert.Contains("Validation succeeded", result.Succeeded() + result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nginx-prod", "nginx", "/usr/sbin/nginx", "-g|daemon off;", "443/tcp 80/tcp", "/etc/nginx/tls")]
    [InlineData("redis", "redis", "/usr/bin/redis-server", "/etc/redis/redis.conf", "6379/tcp", "/data")]
    public void Skopeo_reads_what_the_container_declares(string container, string user, string entrypoint, string command, string ports, string volume)
    {
        var all = judged.ConfigOf(judged.Image(container));
        var config = all.GetProperty("config");

        Assert.Equal(("amd64", "linux"), (all.GetProperty("architecture").GetString(), all.GetProperty("os").GetString()));
        Assert.Equal(user, config.GetProperty("User").GetString());
        Assert.Equal([entrypoint], Texts(config.GetProperty("Entrypoint")));
        Assert.Equal(command.Split('|'), Texts(config.GetProperty("Cmd")));
        Assert.Equal(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], Texts(config.GetProperty("Env")));
        Assert.Equal(ports.Split(' '), config.GetProperty("ExposedPorts").EnumerateObject().Select(p => p.Name));
        Assert.Equal([volume], config.GetProperty("Volumes").EnumerateObject().Select(v => v.Name));
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public async Task Skopeo_reads_the_date_of_the_sources(string container)
    {
        using var session = new SharedSession(Repository.Root);
        var packages = await session.RuntimeClosureAsync(container == "redis" ? "dev-db/redis" : Path.Combine(Repository.Root, "containers/nginx-prod/pkgs/nginx"));

        var created = judged.ConfigOf(judged.Image(container)).GetProperty("created").GetDateTimeOffset();

        Assert.Equal(packages.Max(p => p.Record.SourceDate), created.ToUnixTimeSeconds());
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public void Skopeo_copies_to_other_formats(string container)
    {
        var image = judged.Image(container);

        foreach (var copy in new[] { $"docker-archive:{container}.docker.tar:{image.Tag}", $"dir:{container}.dir" })
        {
            judged.Peers.Run("skopeo", "--insecure-policy", "copy", image.Reference, copy).Succeeded();
            Assert.Equal(DiffIds(image.Reference), DiffIds(copy));
        }
    }

    private IEnumerable<string?> DiffIds(string reference) => Texts(judged.ConfigOf(reference).GetProperty("rootfs").GetProperty("diff_ids"));

    private static IEnumerable<string?> Texts(JsonElement array) => array.EnumerateArray().Select(e => e.GetString());
}
