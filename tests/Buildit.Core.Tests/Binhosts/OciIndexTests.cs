using System.Text;
using System.Text.Json;
using Buildit.Core.Binhosts;

namespace Buildit.Core.Tests.Binhosts;

public class OciIndexTests
{
    private static OciIndexEntry Entry(string content, string? tag) => new(Digest.Of(content), content.Length, Platform.LinuxAmd64, tag);

    private static string[] Manifests(ReadOnlyMemory<byte> index) =>
    [
        .. JsonDocument.Parse(index).RootElement.GetProperty("manifests").EnumerateArray()
            .Select(m => m.GetProperty("digest").GetString() + (m.TryGetProperty("annotations", out var a) ? " " + a.GetProperty("org.opencontainers.image.ref.name").GetString() : "")),
    ];

    [Fact]
    public void An_image_is_added_to_the_others_and_replaces_the_one_with_its_tag()
    {
        var index = OciIndex.Add(OciIndex.Add(OciIndex.Add(OciIndex.Empty, Entry("a", "a:1"))!, Entry("b", "b:1"))!, Entry("c", "a:1"))!;
        Assert.Equal([$"{Digest.Of("b")} b:1", $"{Digest.Of("c")} a:1"], Manifests(index));
    }

    [Fact]
    public void Adding_it_again_changes_nothing()
    {
        var index = OciIndex.Add(OciIndex.Empty, Entry("a", "a:1"))!;
        Assert.Equal(index, OciIndex.Add(index, Entry("a", "a:1")));
        Assert.Equal(Manifests(OciIndex.Add(OciIndex.Empty, Entry("a", null))!), Manifests(OciIndex.Add(OciIndex.Add(OciIndex.Empty, Entry("a", null))!, Entry("a", null))!));
    }

    [Fact]
    public void What_other_tools_wrote_stays()
    {
        var foreign = """{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"sha256:1","size":1,"odd":[1]}],"annotations":{"their":"own"}}""";
        var text = Encoding.UTF8.GetString(OciIndex.Add(Encoding.UTF8.GetBytes(foreign), Entry("a", "a:1"))!);
        Assert.Contains("""{"mediaType":"x","digest":"sha256:1","size":1,"odd":[1]}""", text, StringComparison.Ordinal);
        Assert.Contains("\"annotations\":{\"their\":\"own\"}", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"manifests\": {}}")]
    [InlineData("{\"manifests\": [1]}")]
    [InlineData("{\"manifests\": [{\"annotations\": {\"x\": \"\\ud800\"}}]}")]
    public void Anything_else_is_no_index(string text) => Assert.Null(OciIndex.Add(Encoding.UTF8.GetBytes(text), Entry("a", null)));

    [Fact]
    public void An_image_whose_digest_is_no_text_makes_no_index() =>
        Assert.Null(OciIndex.Tagged(Encoding.UTF8.GetBytes("""{"manifests":[{"digest":null,"size":1,"platform":{"os":"linux","architecture":"amd64"},"annotations":{"org.opencontainers.image.ref.name":"a"}}]}""")));
}
