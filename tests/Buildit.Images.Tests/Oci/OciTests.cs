using System.Text;
using System.Text.Json;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.Composition;
using Buildit.Images.Oci;
using Buildit.Store.Layers;

namespace Buildit.Images.Tests.Oci;

public sealed class OciTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly TestCompressor _compressor = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_documents_of_an_image_are_pinned()
    {
        // Uncompressed, as compressed bytes belong to the compressor.
        var image = await ComposeAsync(compressed: false);
        Golden.Check("small.config.json", Encoding.UTF8.GetString(image.Config.Span) + "\n");
        Golden.Check("small.manifest.json", Encoding.UTF8.GetString(image.Manifest.Span) + "\n");
        Golden.Check("small.index.json", Encoding.UTF8.GetString(image.WriteIndex()) + "\n");
    }

    [Fact]
    public async Task A_package_s_layer_is_its_own_tar()
    {
        var image = await ComposeAsync(compressed: false);
        Assert.Equal(Part().Tree.DiffId, image.Layers[0].Digest);
        Assert.Equal(image.Layers[0].DiffId, image.Layers[0].Digest);
    }

    [Fact]
    public async Task A_layout_s_blobs_have_the_digests_that_name_them()
    {
        var image = await ComposeAsync();
        OciLayoutWriter.WriteDirectory(image, _directory.At("x.oci"));
        var blobs = Directory.GetFiles(_directory.At("x.oci/blobs/sha256"));
        Assert.Equal(4, blobs.Length);
        Assert.All(blobs, path => Assert.Equal(Path.GetFileName(path), Digest.Of(File.ReadAllBytes(path)).Hex));
        using var index = JsonDocument.Parse(await File.ReadAllBytesAsync(_directory.At("x.oci/index.json")));
        Assert.Equal(image.Digest.ToString(), index.RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString());
    }

    [Fact]
    public async Task The_second_composing_compresses_nothing()
    {
        var first = await ComposeAsync();
        Directory.Delete(_directory.At("trees"), recursive: true);
        var runs = _compressor.Runs;
        Assert.Equal(2, runs);
        Assert.Equal(first.Digest, (await ComposeAsync(part: first)).Digest);
        Assert.Equal(runs, _compressor.Runs);
    }

    [Fact]
    public async Task A_lost_or_cut_blob_is_made_again()
    {
        var first = await ComposeAsync();
        File.Delete(first.Layers[0].Path);
        File.SetUnixFileMode(first.Layers[1].Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(first.Layers[1].Path, "");
        Assert.Equal(first.Digest, (await ComposeAsync()).Digest);
        Assert.True(new FileInfo(first.Layers[0].Path).Length > 0 && new FileInfo(first.Layers[1].Path).Length > 0);
    }

    [Fact]
    public async Task A_stored_tree_that_has_changed_is_noticed()
    {
        var part = Part();
        await File.WriteAllTextAsync(_directory.At("trees/debian/a/usr/bin/a"), "A");
        var cache = new LayerCache(_directory.At("cache"));
        await Assert.ThrowsAsync<BuilditException>(() => cache.GetAsync(LayerSource.Of(part.Tree), _compressor, default));
        Assert.Empty(Directory.GetFiles(_directory.At("cache/blobs/sha256")));
        Assert.Empty(Directory.GetFiles(_directory.At("cache/layers")));
    }

    [Fact]
    public async Task Layers_asked_for_twice_at_once_do_not_get_in_each_other_s_way()
    {
        var source = LayerSource.Of(Part().Tree);
        var cache = new LayerCache(_directory.At("cache"));
        var blobs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => cache.GetAsync(source, _compressor, default))));
        Assert.Single(blobs.Distinct());
    }

    [Fact]
    public async Task An_older_layout_is_replaced_and_leftovers_of_an_interruption_are_cleared()
    {
        var image = await ComposeAsync();
        _directory.Write("x.oci/stale", "");
        _directory.Write(".x.oci.new/half", "");
        _directory.Write(".x.oci.old/older", "");
        OciLayoutWriter.WriteDirectory(image, _directory.At("x.oci"));
        Assert.Equal(["blobs", "index.json", "oci-layout"], Directory.GetFileSystemEntries(_directory.At("x.oci")).Select(Path.GetFileName).Order());
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path, ".x*"));
    }

    [Fact]
    public async Task A_layout_that_was_moved_away_is_put_back_if_the_new_one_fails()
    {
        var image = await ComposeAsync();
        _directory.Write(".x.oci.old/older", "");
        File.Delete(image.Layers[0].Path);
        Assert.ThrowsAny<IOException>(() => OciLayoutWriter.WriteDirectory(image, _directory.At("x.oci")));
        Assert.True(File.Exists(_directory.At("x.oci/older")));
    }

    [Fact]
    public async Task An_archive_holds_the_layout()
    {
        var image = await ComposeAsync();
        await OciLayoutWriter.WriteArchiveAsync(image, Sample.Date, _directory.At("x.tar"));
        var first = await File.ReadAllBytesAsync(_directory.At("x.tar"));
        await OciLayoutWriter.WriteArchiveAsync(image, Sample.Date, _directory.At("x.tar"));
        Assert.Equal(first, await File.ReadAllBytesAsync(_directory.At("x.tar")));
        using var reader = new System.Formats.Tar.TarReader(new MemoryStream(first));
        var names = new List<string>();
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            names.Add(entry.Name.Length > 20 ? entry.Name[..13] : entry.Name);
        }

        Assert.Equal(["blobs/", "blobs/sha256/", "blobs/sha256/", "blobs/sha256/", "blobs/sha256/", "blobs/sha256/", "index.json", "oci-layout"], names);
    }

    [Fact]
    public async Task A_port_that_is_none_is_told()
    {
        var bag = new DiagnosticBag();
        await ComposeAsync(bag: bag, settings: new() { Expose = ["http", "70000", "80/icmp"] });
        Assert.Equal(3, bag.Items.Count);
    }

    private ImagePart Part() => Sample.Part(_directory, "debian/a", (Sample.File("usr/bin/a", mode: 0x1ED), "a"), (Sample.Directory("var/lib/a", 0x1C0, 5), ""));

    private ImageRoot? _root;

    private async Task<OciImage> ComposeAsync(bool compressed = true, OciImage? part = null, ImageSettings? settings = null, DiagnosticBag? bag = null)
    {
        _root = part is null ? Sample.Root([Part()]) : _root;
        var step = Sample.Image(ImageFormat.Oci, settings ?? new()
        {
            Entrypoint = ["/usr/bin/a"],
            Expose = ["443", "80", "80/tcp"],
            User = "5",
            Labels = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("b", "2").Add("a", "1"),
        });
        var composer = new OciComposer(new LayerCache(_directory.At("cache")), compressed ? _compressor : null);
        return await composer.ComposeAsync(new(_root!, Sample.Container("/nowhere", step), step), bag ?? new DiagnosticBag(), default);
    }
}
