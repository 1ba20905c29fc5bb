using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Tests.Containers;

public sealed class ImageBaseTests
{
    private static readonly string Digest = "sha256:" + new string('a', 64);

    [Fact]
    public void A_reference_names_a_registry_or_a_layout_and_a_digest()
    {
        var registry = Parse($"oci://registry.example.org/team/base:1@{Digest}", out _)!;
        Assert.Equal(("registry.example.org/team/base:1", Digest, "oci://registry.example.org/team/base:1"), (registry.Name, registry.Digest.ToString(), registry.Unpinned));
        var layout = Parse($"./base.oci@{Digest}", out _)!;
        Assert.Equal((null, "./base.oci", Digest), (layout.Name, layout.Path, layout.Digest.ToString()));
        Assert.Null(Parse("oci://registry.example.org/base:1", out _)!.Digest);
    }

    [Theory]
    [InlineData("./base@sha256:12", "is no digest")]
    [InlineData("docker://debian", "a base is in a registry")]
    [InlineData("oci://registry.example.org/Base", "lower-case")]
    [InlineData("", "no path")]
    public void What_is_none_is_told(string text, string why)
    {
        Assert.Null(Parse(text, out var objection));
        Assert.Contains(why, objection, StringComparison.Ordinal);
    }

    private static ImageBase? Parse(string text, out string? objection) => ImageBase.Parse(new(text, new(new SourceText("container.yaml", text), 1, 1)), out objection);
}
