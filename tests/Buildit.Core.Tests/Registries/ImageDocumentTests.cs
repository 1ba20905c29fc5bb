using System.Text;
using Buildit.Core.Registries;
using Buildit.Core.Trust;

namespace Buildit.Core.Tests.Registries;

public sealed class ImageDocumentTests
{
    private static readonly string Digest = "sha256:" + new string('a', 64);

    [Theory]
    [InlineData("""{"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json"}""", true)]
    [InlineData("""{"schemaVersion":2,"manifests":[]}""", true)]
    [InlineData("""{"schemaVersion":2,"config":{}}""", false)]
    public void A_document_is_known_by_what_it_says_or_by_what_it_lists(string json, bool isIndex) => Assert.Equal(isIndex, ImageDocument.Of(Bytes(json))!.IsIndex);

    [Theory]
    [InlineData("""{"schemaVersion":1,"fsLayers":[]}""")]
    [InlineData("""{"mediaType":"text/html"}""")]
    [InlineData("<html>")]
    public void Anything_else_is_no_image(string text) => Assert.Null(ImageDocument.Of(Bytes(text)));

    [Fact]
    public void Images_of_an_index_say_what_they_run_on_and_attestations_run_nowhere()
    {
        const string Type = "application/vnd.oci.image.manifest.v1+json";
        var images = IndexedImage.ReadAll(Bytes($$$"""
            {"manifests":[
              {"mediaType":"{{{Type}}}","digest":"{{{Digest}}}","size":1,"platform":{"os":"linux","architecture":"arm","variant":"v7"}},
              {"mediaType":"{{{Type}}}","digest":"{{{Digest}}}","size":1,"platform":{"os":"unknown","architecture":"unknown"}},
              {"mediaType":"{{{Type}}}","digest":"{{{Digest}}}","size":1}]}
            """))!.Value;
        Assert.Equal(["linux/arm/v7", null], images.Where(i => i.IsRunnable).Select(i => i.Platform));
        Assert.Equal(3, images.Length);
        Assert.True(images[0].RunsOn("linux/arm"));
        Assert.False(images[0].RunsOn("linux/ar"));
        Assert.Equal("linux/arm/v7", Assert.Single(IndexedImage.ReadAll(images[0].WriteIndex())!.Value).Platform);
    }

    [Fact]
    public void A_signed_text_names_the_image_and_is_read_again()
    {
        var image = Core.Digest.Parse(Digest);
        var payload = CosignPayload.Of("registry.example.org/base", image);
        Assert.Equal($$$"""{"critical":{"identity":{"docker-reference":"registry.example.org/base"},"image":{"docker-manifest-digest":"{{{Digest}}}"},"type":"cosign container image signature"},"optional":null}""", Encoding.UTF8.GetString(payload));
        Assert.Equal(image, CosignPayload.ImageOf(payload));
        Assert.Null(CosignPayload.ImageOf("{}"u8.ToArray()));
        var manifest = CosignManifest.Read(new CosignManifest([CosignLayer.OfSignature(payload, [1, 2, 3])]).Write())!;
        Assert.Equal([1, 2, 3], manifest.Layers[0].Signature);
    }

    [Fact]
    public void An_address_has_tag_and_digest_and_the_digest_goes_first()
    {
        var address = RegistryAddress.Parse($"oci+http://registry.lan:5000/team/base:1@{Digest}", out _)!;
        Assert.Equal((Digest, "registry.lan:5000/team/base", $"oci+http://registry.lan:5000/team/base:1@{Digest}", "oci+http://registry.lan:5000/team/base"), (address.Reference, address.Name, address.Text, address.Place));
        Assert.Equal("latest", RegistryAddress.Parse("oci://registry.lan/base", out _)!.Reference);
        Assert.Null(RegistryAddress.Parse("oci://registry.lan/base@1", out var objection));
        Assert.Contains("is no digest", objection, StringComparison.Ordinal);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
