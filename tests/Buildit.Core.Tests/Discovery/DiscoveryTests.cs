using System.Text;
using Buildit.Core.Discovery;
using Buildit.Core.Git;
using Buildit.Core.Locks;

namespace Buildit.Core.Tests.Discovery;

public class DiscoveryTests
{
    [Theory]
    [InlineData("example.org/containers", "https://example.org/containers", false)]
    [InlineData("example.org/containers/,push=True", "https://example.org/containers", true)]
    [InlineData("http://localhost:8000/a,push=false", "http://localhost:8000/a", false)]
    public void A_place_of_the_web_is_read(string written, string web, bool push)
    {
        var entry = DiscoveryEntry.Parse(written, null, out var mistake);
        Assert.Null(mistake);
        Assert.Equal((new Uri(web), push, null), (entry!.Web, entry.Push, entry.Git));
    }

    [Theory]
    [InlineData("https://example.org/recipes.git")]
    [InlineData("git://example.org/recipes")]
    [InlineData("git@example.org:recipes")]
    [InlineData("file:///srv/recipes")]
    public void What_can_only_be_a_git_repository_is_asked_as_one(string written)
    {
        var entry = DiscoveryEntry.Parse(written, null, out _)!;
        Assert.Equal((new GitOrigin(written, GitRevision.Default), null), (entry.Git, entry.Web));
    }

    [Fact]
    public void A_description_is_read_as_it_was_printed()
    {
        var description = new PlaceDescription(new("https://example.org/r.git", GitRevision.Parse("branch main")!), [new("team", "https://bin.example.org/a")]);
        Assert.Equal("buildit-place 1\ngit https://example.org/r.git branch main\nbinhost team https://bin.example.org/a\n", description.Print());
        var read = PlaceDescription.Parse(description.Print())!;
        Assert.Equal(description.Git, read.Git);
        Assert.Equal(description.Binhosts.AsEnumerable(), read.Binhosts);
        Assert.Null(PlaceDescription.Parse("<html>"));
        Assert.Null(PlaceDescription.Parse("buildit-place 1\nbinhost team /etc\n"));
    }

    [Fact]
    public void The_longest_prefix_of_whole_parts_counts()
    {
        var json = """{"places": [{"prefix": "/", "git": "https://a/root"}, {"prefix": "a/b", "git": "https://a/deep", "commit": "0123456789012345678901234567890123456789"}, {"prefix": "a", "git": "https://a/a"}]}"""u8.ToArray();
        Assert.Equal("https://a/deep commit 0123456789012345678901234567890123456789", WellKnownDocument.Read(json, "a/b/c").Git!.ToString());
        Assert.Equal("https://a/a", WellKnownDocument.Read(json, "a/bc").Git!.Url);
        Assert.Equal("https://a/root", WellKnownDocument.Read(json, "ab").Git!.Url);
    }

    [Theory]
    [InlineData("<html>", "not a document of buildit")]
    [InlineData("[]", "not a document of buildit")]
    [InlineData("""{"places": [{"prefix": 1}]}""", "not a document of buildit")]
    [InlineData("""{"places": [{"prefix": "other", "git": "https://a/b"}]}""", "it names nothing for 'path'")]
    [InlineData("""{"places": [{"prefix": "path"}]}""", "neither a git repository nor a binhost")]
    [InlineData("""{"places": [{"prefix": "path", "git": "file:///etc"}]}""", "'file:///etc' cannot be fetched from")]
    [InlineData("""{"places": [{"prefix": "path", "git": "--upload-pack=x"}]}""", "cannot be fetched from")]
    [InlineData("""{"places": [{"prefix": "path", "git": "https://a/b", "branch": "a b"}]}""", "cannot be fetched from")]
    [InlineData("""{"places": [{"prefix": "path", "binhosts": [{"name": "a", "url": "/etc"}]}]}""", "its binhost 'a' has no plain name, or no address")]
    [InlineData("""{"places": [{"prefix": "path", "binhosts": [{"name": "a b", "url": "https://a/b"}]}]}""", "its binhost 'a b' has no plain name")]
    public void What_is_wrong_with_a_document_is_said(string json, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => WellKnownDocument.Read(Encoding.UTF8.GetBytes(json), "path")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""<meta name="ac-discovery" content="example.org/c https://bin.example.org/x/aci/{name}-{version}-{os}-{arch}.{ext}">""")]
    [InlineData("""<META CONTENT='example.org https://bin.example.org/x/aci/{name}-{version}.{ext}' NAME='ac-discovery'/>""")]
    [InlineData("""<meta name="ac-discovery" content="other.org https://other.org/aci/{name}"><meta name="ac-discovery" content="example.org/c https://bin.example.org/x/aci/{name}-{version}.{ext}">""")]
    [InlineData("""<meta name="ac-discovery" content="example.org/c/nginx https://bin.example.org/x/aci/nginx-{version}-{os}-{arch}.{ext}">""")]
    public void A_tag_of_image_discovery_leads_to_a_binhost(string html) => Assert.Equal(new("bin.example.org", "https://bin.example.org/x"), MetaTags.Read(html, "example.org/c/nginx"));

    [Theory]
    [InlineData("<html><meta charset=utf-8></html>", "a page without an ac-discovery tag")]
    [InlineData("""<meta name="ac-discovery" content="example.org/cc https://a/aci/{name}">""", "for other names than 'example.org/c/nginx'")]
    [InlineData("""<meta name="ac-discovery" content="example.org https://a/{name}.{ext}">""", "not to a binhost")]
    [InlineData("""<meta name="ac-discovery" content="example.org file:///etc/aci/{name}.{ext}">""", "not to a binhost")]
    public void What_is_wrong_with_a_page_is_said(string html, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => MetaTags.Read(html, "example.org/c/nginx")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_lock_pins_places()
    {
        var pins = PinLock.Empty.With([KeyValuePair.Create<Lookup, Pin>(new Lookup.Place("example.org/c"), new(Digest.Of("x")))]);
        Assert.Contains($"\nPlace: example.org/c\nSHA256: {Digest.Of("x").Hex}\n", PinLockFile.Print(pins), StringComparison.Ordinal);
        Assert.Equal(pins.Pins, PinLockFile.Parse(new("buildit.lock", PinLockFile.Print(pins))).Pins);
    }
}
