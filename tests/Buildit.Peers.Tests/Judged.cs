using System.Text.Json;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>What is judged: the images of this checkout's containers, built once for all tests, and the peers that judge them.</summary>
public sealed class Judged : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _work = new();

    /// <summary>Directory with all that is judged; the peers see it as <c>/bundle</c>.</summary>
    public string Work => _work;

    public Peers Peers { get; private set; } = null!;

    /// <summary>Root with the peers, for those that must be started outside of it: servers.</summary>
    public string Root { get; private set; } = "";

    public JudgedImage Nginx { get; } = new("nginx-prod", "nginx-production", "1.26.3-p1");

    public JudgedImage Redis { get; } = new("redis", "redis", "7.0.15");

    public JudgedImage Image(string container) => container == Nginx.Container ? Nginx : Redis;

    /// <summary>Lets umoci unpack an image; what is run changes, so that it needs a bundle of its own.</summary>
    public void Unpack(JudgedImage image, string bundle)
    {
        string[] mode = Peers.IsRoot ? [] : ["--rootless"];
        Peers.Run(["umoci", "unpack", .. mode, "--image", $"{image.Layout}:{image.Tag}", bundle]).Succeeded();
    }

    /// <summary>An image's configuration, as skopeo reads it.</summary>
    public JsonElement ConfigOf(JudgedImage image) => ConfigOf(image.Reference);

    /// <inheritdoc cref="ConfigOf(JudgedImage)"/>
    public JsonElement ConfigOf(string reference) => JsonDocument.Parse(Peers.Run("skopeo", "inspect", "--config", reference).Succeeded()).RootElement;

    /// <summary>What each layer says of itself.</summary>
    public IEnumerable<string> HistoryOf(JudgedImage image) => ConfigOf(image).GetProperty("history").EnumerateArray().Select(h => h.GetProperty("created_by").GetString()!);

    public async Task InitializeAsync()
    {
        Root = await PeersRoot.ComposeAsync();
        Peers = new(Root, Work);
        foreach (var image in new[] { Nginx, Redis })
        {
            var built = await BuilditProcess.RunAsync(Repository.Root, "build", $"containers/{image.Container}", "--output", Work, "--progress=plain");
            Assert.True(built.ExitCode == 0, built.ToString());
            Unpack(image, image.Bundle);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _work.Dispose();
}

/// <summary>An image by the names that it has below the judged directory.</summary>
public sealed record JudgedImage(string Container, string Name, string Version)
{
    public string Aci => $"{Name}-{Version}-linux-amd64.aci";

    public string Layout => $"{Name}-{Version}-linux-amd64.oci";

    public string Tag => $"{Name}:{Version}";

    /// <summary>How skopeo names it.</summary>
    public string Reference => $"oci:{Layout}:{Tag}";

    /// <summary>Where umoci has unpacked it, with its <c>config.json</c>.</summary>
    public string Bundle => $"{Container}.bundle";

    public override string ToString() => Container;
}

[CollectionDefinition(nameof(Judged))]
public sealed class JudgedCollection : ICollectionFixture<Judged>;
