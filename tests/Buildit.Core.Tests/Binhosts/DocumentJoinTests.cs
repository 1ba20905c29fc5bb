using System.Text;
using Buildit.Core.Binhosts;
using Buildit.Core.Records;

namespace Buildit.Core.Tests.Binhosts;

public sealed class DocumentJoinTests
{
    [Fact]
    public void Signatures_and_layers_of_one_record_are_all_kept()
    {
        var (ours, theirs) = (Signed("payload", "us"), Signed("payload", "them"));
        var joined = Envelope.Read(DocumentJoin.Of("records/aa/key", ours.Write(), theirs.Write()))!;
        Assert.Equal(["them", "us"], joined.Signatures.Select(s => s.KeyId).Order());
        Assert.Equal(2, joined.Layers.Length);
    }

    [Fact]
    public void Of_records_that_say_different_things_ours_counts() =>
        Assert.Equal(Signed("one", "us").Write(), DocumentJoin.Of("records/aa/key", Signed("one", "us").Write(), Signed("two", "them").Write()).ToArray());

    [Fact]
    public void Images_of_both_are_kept_and_ours_has_the_tag_that_both_gave()
    {
        OciIndexEntry Image(string name, string tag) => new(Digest.Of(name), 1, Platform.LinuxAmd64, tag);
        var ours = OciIndex.Add(OciIndex.Add(OciIndex.Empty, Image("a", "shared"))!, Image("b", "ours"))!;
        var theirs = OciIndex.Add(OciIndex.Add(OciIndex.Empty, Image("c", "shared"))!, Image("d", "theirs"))!;
        var joined = OciIndex.Tagged(DocumentJoin.Of(BinhostLayout.ImageIndex, ours, theirs))!.Value;
        Assert.Equal([Image("a", "shared"), Image("b", "ours"), Image("d", "theirs")], joined.OrderBy(i => i.Tag == "shared" ? 0 : i.Tag == "ours" ? 1 : 2));
    }

    [Fact]
    public void Lines_of_both_are_kept_once() => Assert.Equal("a\nb\nc\n", Encoding.UTF8.GetString(DocumentJoin.Of(BinhostLayout.KeyList, "c\na\n"u8.ToArray(), "b\na\n"u8.ToArray()).Span));

    [Theory]
    [InlineData("records/aa/0123", "0123")]
    [InlineData("index.json", "buildit.index.json")]
    [InlineData("keys/list", "buildit.keys.list")]
    [InlineData("aci/nginx-1.aci", "buildit.aci.nginx-1.aci")]
    public void A_document_has_a_tag_that_can_be_read(string path, string tag) => Assert.Equal(tag, RegistryNames.Tag(path));

    [Fact]
    public void Tags_stay_tags_and_different_whatever_names_have_in_them()
    {
        string[] tags = [.. new[] { "aci/a+1.aci", "aci/a~1.aci", "aci/" + new string('x', 200), "aci/" + new string('x', 201) }.Select(RegistryNames.Tag), RegistryNames.Image("team/nginx:1+2"), RegistryNames.Image("-a")];
        Assert.All(tags, t => Assert.Matches("^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,110}$", t));
        Assert.Equal(tags.Length, tags.Distinct().Count());
        Assert.Equal("team-nginx-1-2", RegistryNames.Image("team/nginx:1+2"));
    }

    private static Envelope Signed(string payload, string key) =>
        new(Encoding.UTF8.GetBytes(payload), [new(key, new byte[] { 1 })], [new(Digest.Of("diff"), "tar", Digest.Of(key), 1)]);
}
