using System.Text;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.Aci;
using Buildit.Images.Composition;
using Buildit.Images.Docker;
using Buildit.Images.Flat;
using Buildit.Images.Oci;
using Buildit.Images.Reading;
using Buildit.Images.Tests.Composition;
using Buildit.Store.Compression;
using Buildit.Store.Layers;

namespace Buildit.Images.Tests.Reading;

/// <summary>Images are read as they were composed, whatever form they have, and only if their digests are right.</summary>
public sealed class ImageReaderTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_form_of_image_has_the_files_that_were_composed(bool compressed)
    {
        var root = Root();
        var expected = Sample.Print(root);
        await OciAsync(root, compressed);
        await new AciWriter(compressed ? new TestCompressor() : null).WriteAsync(root, "{}"u8.ToArray(), _directory.At("x.aci"), default);
        await RootArchive.WriteAsync(root, _directory.At("x.tar"), default);
        await DockerArchive.WriteAsync(await OciAsync(root, compressed: false), Sample.Date, _directory.At("x.docker.tar"), default);
        foreach (var (name, format) in new[] { ("x.oci", "oci"), ("x.oci.tar", "oci"), ("x.aci", "aci"), ("x.tar", "tar"), ("x.docker.tar", "docker-archive") })
        {
            var image = Read(name);
            Assert.Equal(expected, Tree.Create(image.Entries, Sample.Date).Print());
            Assert.Equal("libc.so.6", Assert.Single(image.Elves["usr/bin/b"].Needed));
            Assert.Equal(format, image.Format);
        }

        Assert.Equal(["manifest", "configuration"], Read("x.oci").Documents.Select(d => d.Name));
        Assert.Equal("{}", Encoding.UTF8.GetString(Assert.Single(Read("x.aci").Documents).Json));
    }

    [Fact]
    public async Task Layers_come_with_what_made_them()
    {
        var image = await OciAsync(Root(), compressed: true);
        var read = Read("x.oci");
        Assert.Equal(image.Digest, read.Digest);
        Assert.Equal(image.Layers.Select(l => (l.Digest, l.Size, l.DiffId)), read.Layers.Select(l => (l.Digest, l.Size, l.DiffId)));
        Assert.Equal(["buildit: debian/a (runtime)", "buildit: debian/b (runtime)", "buildit: container layer"], read.Layers.Select(l => l.Title));
    }

    [Fact]
    public async Task A_docker_archive_is_known_by_its_file_and_has_the_layers_as_they_are()
    {
        var image = await OciAsync(Root(), compressed: false);
        var digest = await DockerArchive.WriteAsync(image, Sample.Date, _directory.At("x.docker.tar"), default);
        var read = Read("x.docker.tar");
        Assert.Equal(digest, read.Digest);
        Assert.Equal(image.Layers.Select(l => (l.DiffId, l.Size)), read.Layers.Select(l => (l.DiffId, l.Size)));
        Assert.Equal($$"""[{"Config":"{{Digest.Of(image.Config.Span).Hex}}.json","RepoTags":["nginx:1"],"Layers":[{{string.Join(',', image.Layers.Select(l => $"\"{l.DiffId.Hex}.tar\""))}}]}]""", Encoding.UTF8.GetString(read.Documents[0].Json));
        Assert.Equal(image.Config.ToArray(), read.Documents[1].Json);
    }

    [Fact]
    public async Task A_docker_archive_whose_layers_are_others_is_damaged()
    {
        await DockerArchive.WriteAsync(await OciAsync(Root(), compressed: false), Sample.Date, _directory.At("x.docker.tar"), default);
        var bytes = await File.ReadAllBytesAsync(_directory.At("x.docker.tar"));
        bytes[bytes.AsSpan().IndexOf("hello\n"u8)] ^= 1;
        await File.WriteAllBytesAsync(_directory.At("x.docker.tar"), bytes);
        Assert.Contains("is not sha256:", Assert.Throws<BuilditException>(() => Read("x.docker.tar")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_left_of_reading()
    {
        await OciAsync(Root(), compressed: true);
        _ = Read("x.oci.tar");
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.At("scratch")));
    }

    [Theory]
    [InlineData("layer", "is not what its name and size say")]
    [InlineData("layer gone", "is not there")]
    [InlineData("manifest", "is not what its name and size say")]
    [InlineData("index", "a document in it is not what it should be")]
    [InlineData("no index", "there is no 'index.json'")]
    [InlineData("no image", "it holds no image")]
    [InlineData("two images", "holds 2 images")]
    [InlineData("other diffID", "does not unpack to")]
    [InlineData("other size", "is not what its name and size say")]
    [InlineData("too few diffIDs", "another number of layers")]
    [InlineData("digest that leads out", "a document in it is not what it should be")]
    public async Task A_layout_that_is_not_what_its_digests_say_is_refused(string damage, string said)
    {
        var image = await OciAsync(Root(), compressed: false);
        var (layer, manifest, config) = (Blob(image.Layers[0].Digest), Blob(image.Digest), Encoding.UTF8.GetString(image.Config.Span));
        switch (damage)
        {
            case "layer":
                Overwrite(layer, File.ReadAllText(layer).Replace("usr", "USR", StringComparison.Ordinal));
                break;
            case "layer gone":
                File.Delete(layer);
                break;
            case "manifest":
                Overwrite(manifest, File.ReadAllText(manifest) + " ");
                break;
            case "index":
                Overwrite(_directory.At("x.oci/index.json"), "{\"manifests\": 1}");
                break;
            case "no index":
                File.Delete(_directory.At("x.oci/index.json"));
                break;
            case "no image":
                Overwrite(_directory.At("x.oci/index.json"), "{\"manifests\": []}");
                break;
            case "two images":
                var entry = $"{{\"mediaType\": \"{OciImage.ManifestType}\", \"digest\": \"{image.Digest}\", \"size\": 1}}";
                Overwrite(_directory.At("x.oci/index.json"), $"{{\"manifests\": [{entry}, {entry}]}}");
                break;
            case "other diffID":
                WithConfig(image, config.Replace(image.Layers[0].DiffId.Hex, Digest.Of("other").Hex, StringComparison.Ordinal));
                break;
            case "other size":
                WithManifest(Encoding.UTF8.GetString(image.Manifest.Span).Replace($"\"size\":{image.Layers[0].Size}", "\"size\":1", StringComparison.Ordinal));
                break;
            case "too few diffIDs":
                WithConfig(image, config.Replace($"\"{image.Layers[0].DiffId}\",", "", StringComparison.Ordinal));
                break;
            default:
                WithManifest(Encoding.UTF8.GetString(image.Manifest.Span).Replace(image.Layers[0].Digest.ToString(), "sha256:../../../etc/passwd", StringComparison.Ordinal));
                break;
        }

        var e = Assert.Throws<BuilditException>(() => Read("x.oci"));
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.InvalidInput, e.Code);
    }

    [Theory]
    [InlineData("oci", "configuration", """{"config": {"Entrypoint": "x"}}""")]
    [InlineData("oci", "configuration", """{"config": {"Labels": ["x"]}}""")]
    [InlineData("aci", "manifest", """{"app": {"environment": [1]}}""")]
    public void What_says_something_odd_of_its_instances_is_told(string format, string document, string json)
    {
        var image = new ImageContent { Format = format, Digest = Digest.Of(json), Documents = [(document, Encoding.UTF8.GetBytes(json))], Entries = [], Files = [], Elves = [] };
        Assert.Contains("not what it should be", Assert.Throws<BuilditException>(() => UsableImage.Of(image)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no archive at all")]
    [InlineData("")]
    public void What_is_no_image_is_told(string text)
    {
        _directory.Write("x.aci", text);
        Assert.Equal(ExitCode.InvalidInput, Assert.Throws<BuilditException>(() => Read("x.aci")).Code);
    }

    [Fact]
    public async Task A_truncated_ACI_is_told()
    {
        await new AciWriter(new TestCompressor()).WriteAsync(Root(), "{}"u8.ToArray(), _directory.At("x.aci"), default);
        var bytes = await File.ReadAllBytesAsync(_directory.At("x.aci"));
        await File.WriteAllBytesAsync(_directory.At("x.aci"), bytes[..(bytes.Length / 2)]);
        var e = Assert.Throws<BuilditException>(() => Read("x.aci"));
        Assert.Matches("image 'x.aci' is (truncated|damaged)", e.Message);
    }

    private ImageContent Read(string name)
    {
        Directory.CreateDirectory(_directory.At("scratch"));
        return new ImageReader(_directory.At("scratch")).Read(_directory.At(name), name, default);
    }

    private string Blob(Digest digest) => _directory.At("x.oci/blobs/sha256/" + digest.Hex);

    private void WithConfig(OciImage image, string config)
    {
        File.WriteAllText(Blob(Digest.Of(config)), config);
        var old = Digest.Of(image.Config.Span);
        WithManifest(Encoding.UTF8.GetString(image.Manifest.Span).Replace(old.ToString(), Digest.Of(config).ToString(), StringComparison.Ordinal).Replace($"\"size\":{image.Config.Length}", $"\"size\":{config.Length}", StringComparison.Ordinal));
    }

    private void WithManifest(string manifest)
    {
        File.WriteAllText(Blob(Digest.Of(manifest)), manifest);
        Overwrite(_directory.At("x.oci/index.json"), $"{{\"manifests\": [{{\"mediaType\": \"{OciImage.ManifestType}\", \"digest\": \"{Digest.Of(manifest)}\", \"size\": {manifest.Length}}}]}}");
    }

    // Layers are links to read-only blobs.
    private static void Overwrite(string path, string text)
    {
        File.Delete(path);
        File.WriteAllText(path, text);
    }

    private ImageRoot Root()
    {
        var a = Sample.Part(_directory, "debian/a", (Sample.File("usr/bin/a", mode: 0x1ED) with { Capabilities = FileCapabilities.TryParse("cap_setuid=ep") }, "a"), (Sample.Directory("var/lib/a", 0x1C0, 5), ""), (Sample.Link("usr/bin/link", "a"), ""));
        var b = Sample.Part(_directory, "debian/b", (Sample.File("usr/bin/b", mode: 0x9ED), TinyElf.Make(["libc.so.6"])), (Sample.HardLink("usr/bin/b2", "usr/bin/b") with { Mode = 0x9ED }, []));
        _directory.Write("motd", "hello\n");
        return Sample.Root([a, b], Sample.Files(Sample.Container(_directory.Path, Sample.Sync("motd", "/etc/motd"))));
    }

    private async Task<OciImage> OciAsync(ImageRoot root, bool compressed)
    {
        var step = Sample.Image(ImageFormat.Oci);
        var image = await new OciComposer(new LayerCache(_directory.At("cache")), compressed ? new TestCompressor() : null).ComposeAsync(new(root, Sample.Container("/nowhere", step), step), new(), default);
        OciLayoutWriter.WriteDirectory(image, _directory.At("x.oci"));
        await OciLayoutWriter.WriteArchiveAsync(image, Sample.Date, _directory.At("x.oci.tar"));
        return image;
    }
}
