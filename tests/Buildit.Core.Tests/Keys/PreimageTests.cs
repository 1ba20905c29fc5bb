using Buildit.Core.Keys;
using Buildit.Core.Tests.Graphs;

namespace Buildit.Core.Tests.Keys;

public class PreimageTests
{
    [Fact]
    public void Everything_that_a_key_is_made_of_is_an_input_by_its_name()
    {
        var preimage = Preimage.Parse(new Demo().Package().Preimage);
        Assert.Equal(("recipe", "1"), (preimage.Kind, preimage.FormatVersion));
        Assert.Equal("app/demo", preimage.Find("name"));
        Assert.Equal(["build", "check", "configure", "install", "prepare"], preimage.Of("phase").Select(p => p.Name));
        Assert.Equal("make check", preimage.Of("phase").ElementAt(1).Value);
        Assert.Equal(["--prefix=/usr", "--demo", "--with-ssl", "--slow"], preimage.Of("configure").Select(c => c.Value));
        Assert.Equal("0", preimage.Of("patch").Last()["patch-strip"]);
        Assert.Equal(new Demo().Key("lib/ssl").ToString(), preimage.Of("lib").Single(l => l.Name == "lib/ssl").Value);
        Assert.Equal("/usr/lib/demo/sdk", preimage.Of("include-output").Single()["include"]);
        Assert.Equal(["0", "10"], [preimage.Of("permission").Single()["uid"], preimage.Of("permission").Single()["gid"]]);
        Assert.Equal("ssl", preimage.Of("use").Single().Name);
        Assert.Equal("", preimage.Of("source").First()["source"]);
        Assert.Null(preimage.Find("nothing"));
    }

    [Fact]
    public void Nothing_of_a_preimage_is_lost_but_lengths_of_lists()
    {
        foreach (var text in new[] { new Demo().Package().Preimage, new Demo().Package("debian/tool").Preimage })
        {
            var values = CanonicalReader.Read(text).Skip(1).Where(e => !e.Tag.EndsWith("-count", StringComparison.Ordinal)).Select(e => e.Value);
            var known = Preimage.Parse(text).Inputs.SelectMany(i => i.Values.Select(v => v.Value).Append(i.Name).Concat(i.Values.Select(v => v.Tag.Split(' ')[^1])).Append($"{i.Name}={i.Value}")).ToHashSet();
            Assert.Equal([], values.Where(v => !known.Contains(v)));
        }
    }

    [Fact]
    public void Links_of_a_deb_in_a_closure_are_values_of_that_deb()
    {
        var tool = Preimage.Parse(new Demo().Package("debian/tool").Preimage).Of("closure").Single(c => c.Name == "tool");
        Assert.Equal(["closure-deb", "link /usr/bin/cc"], tool.Values.Select(v => v.Tag));
        Assert.Equal("tool", tool["link /usr/bin/cc"]);
    }

    [Fact]
    public void Tags_of_another_version_are_read_as_they_are()
    {
        var preimage = Preimage.Parse(new CanonicalWriter("thing", 7).Put("new-tag", "a").Put("list", ["b", "c"]).Preimage);
        Assert.Equal(("thing", "7"), (preimage.Kind, preimage.FormatVersion));
        Assert.Equal(["a"], preimage.Of("new-tag").Select(i => i.Value));
        Assert.Equal(["b", "c"], preimage.Of("list").Select(i => i.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("name ")]
    [InlineData("name 3")]
    [InlineData("name 3 ab\n")]
    [InlineData("name 2 abc\n")]
    [InlineData("name 3 abc")]
    [InlineData("name -1 \n")]
    [InlineData("name 99999999999999999999 abc\n")]
    [InlineData(" 3 abc\n")]
    [InlineData("name 3 abc\nrest")]
    public void What_is_no_preimage_is_refused(string text) => Assert.Throws<FormatException>(() => Preimage.Parse(text));
}
