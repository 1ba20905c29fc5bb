using System.Collections.Immutable;
using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Binhosts.Keeping;
using Buildit.Core.Trust;
using Buildit.Store.Binhosts;
using Buildit.Store.Binhosts.Keeping;
using Buildit.Testing;

namespace Buildit.Store.Tests.Binhosts.Keeping;

/// <summary>A binhost is tidied and checked.</summary>
public sealed class KeepingTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TemporaryDirectory _directory = new();
    private readonly BinhostBench _bench = new();
    private readonly DirectoryPlace _place;

    public KeepingTests() => _place = new(Root, TimeProvider.System);

    private string Root => Path.Combine(_directory, "bin");

    [Fact]
    public async Task What_is_old_goes_with_its_blobs_and_the_rest_is_whole()
    {
        var (one, two, three) = await ThreeAsync();
        var garbage = await Gc().RunAsync(default);
        Assert.Equal([one.Key], garbage.Records.Select(r => r.Key));
        Assert.False(Has(BinhostLayout.Record(one.Key)) || Has(BinhostLayout.Blob(one.Form.Digest)));
        Assert.Empty(await DefectsAsync());
        _bench.Add("dir", Root);
        Assert.Empty(await _bench.FindAsync(one));
        Assert.Equal(["dir"], await _bench.FindAsync(two));
        Assert.Equal(["dir"], await _bench.FindAsync(three, three.Record.BuildKey.Digest));
    }

    [Fact]
    public async Task What_would_go_is_told_and_stays()
    {
        var (one, _, _) = await ThreeAsync();
        var before = Files();
        var garbage = await Gc().FindAsync(default);
        Assert.Contains(BinhostLayout.Record(one.Key), garbage.Files.Select(f => f.Path));
        Assert.Equal(before, Files());
        Assert.Equal(garbage.Records.Select(r => r.Key), (await Gc().RunAsync(default)).Records.Select(r => r.Key));
    }

    [Fact]
    public async Task What_was_written_a_moment_ago_stays_though_nothing_refers_to_it()
    {
        await ThreeAsync();
        var blob = "of a push that goes on"u8.ToArray();
        await _place.PutBlobAsync(Digest.Of(blob), blob.Length, () => new MemoryStream(blob), default);
        await Gc().RunAsync(default);
        Assert.True(Has(BinhostLayout.Blob(Digest.Of(blob))));
        Age();
        await Gc().RunAsync(default);
        Assert.False(Has(BinhostLayout.Blob(Digest.Of(blob))));
    }

    [Fact]
    public async Task Of_two_that_were_written_in_one_second_the_later_stays()
    {
        var (one, two, three) = await ThreeAsync();
        Shared[] byKey = [.. new[] { one, two, three }.OrderByDescending(p => p.Key)];
        for (var i = 0; i < byKey.Length; i++)
        {
            File.SetLastWriteTimeUtc(Path.Combine(Root, BinhostLayout.Record(byKey[i].Key)), Now.AddDays(-10).AddMilliseconds(-100 * i).UtcDateTime.AddSeconds(0.9));
        }

        Assert.Equal([byKey[2].Key], (await Gc().RunAsync(default)).Records.Select(r => r.Key));
    }

    [Fact]
    public async Task What_is_pinned_stays()
    {
        var (one, _, _) = await ThreeAsync();
        await _place.UpdateAsync(BinhostLayout.Pins, _ => Task.FromResult<ReadOnlyMemory<byte>?>(new PinList(PinList.Empty.Pins.Add(one.Key, "a")).Print()), default);
        Assert.Empty((await Gc().RunAsync(default)).Records);
        Assert.Empty(await DefectsAsync());
    }

    [Fact]
    public async Task What_a_tag_names_stays_with_all_that_its_manifest_names()
    {
        await ThreeAsync();
        byte[] layer = [1, 2, 3];
        var manifest = Encoding.UTF8.GetBytes($$"""{"layers":[{"digest":"{{Digest.Of(layer)}}"}]}""");
        foreach (var blob in new[] { layer, manifest })
        {
            await _place.PutBlobAsync(Digest.Of(blob), blob.Length, () => new MemoryStream(blob), default);
        }

        await NewWriter().AddImageAsync(new(Digest.Of(manifest), manifest.Length, Platform.LinuxAmd64, "a:1"), default);
        Age();
        await Gc().RunAsync(default);
        Assert.True(Has(BinhostLayout.Blob(Digest.Of(manifest))) && Has(BinhostLayout.Blob(Digest.Of(layer))));
        Assert.Empty(await DefectsAsync());
    }

    [Fact]
    public async Task What_is_pushed_again_while_others_tidy_is_never_half_there()
    {
        var packages = Enumerable.Range(0, 8).Select(i => _bench.Package($"same nam {i}")).ToArray();
        await Task.WhenAll(packages.Select(PushAsync));
        for (var round = 0; round < 6; round++)
        {
            Age();
            var gc = Task.Run(() => Gc().RunAsync(default));
            var pushed = packages.Select(p => Task.Run(async () =>
            {
                try
                {
                    await PushAsync(p);
                }
                catch (PlaceException e)
                {
                    // It was told that something had gone; what it had put is not listed.
                    Assert.Contains("was tidied meanwhile", e.Message, StringComparison.Ordinal);
                }
            }));
            await Task.WhenAll([gc, .. pushed]);
            Assert.DoesNotContain(await DefectsAsync(), d => d.Kind == DefectKind.Missing || d.Reason.Contains("which is not there", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_push_whose_blob_has_gone_is_not_listed()
    {
        var package = _bench.Package("hello");
        var writer = NewWriter();
        await writer.PutRecordAsync(package.Key, package.Envelope, default);
        await Assert.ThrowsAsync<PlaceException>(() => writer.AddToCatalogAsync([new(package.Key, package.Key)], [BinhostLayout.Record(package.Key), BinhostLayout.Blob(package.Form.Digest)], default));
        Assert.Null(await KeptCatalog.ReadAsync(_place, default));
    }

    [Fact]
    public async Task A_list_of_pins_that_cannot_be_read_stops_everything()
    {
        await ThreeAsync();
        File.WriteAllText(Path.Combine(Root, BinhostLayout.Pins), "what is this?\n");
        var before = Files();
        await Assert.ThrowsAsync<PlaceException>(() => Gc().RunAsync(default));
        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task Leftovers_of_the_dead_go()
    {
        await ThreeAsync();
        var left = Path.Combine(Root, "blobs/sha256/.abc-123.tmp");
        File.WriteAllText(left, "half");
        Age();
        await Gc().RunAsync(default);
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task Each_damage_is_told()
    {
        var (one, two, three) = await ThreeAsync();
        File.WriteAllText(Path.Combine(Root, BinhostLayout.Blob(one.Form.Digest)), "other bytes");
        File.Delete(Path.Combine(Root, BinhostLayout.Blob(two.Form.Digest)));
        File.WriteAllBytes(Path.Combine(Root, BinhostLayout.Record(three.Key)), three.Envelope.Bare.Write());
        var defects = await DefectsAsync();
        Assert.Contains(defects, d => d.Kind == DefectKind.Damaged && d.Path == BinhostLayout.Blob(one.Form.Digest) && d.Subject is not null);
        Assert.Contains(defects, d => d.Kind == DefectKind.Missing && d.Path == BinhostLayout.Blob(two.Form.Digest));
        Assert.Contains(defects, d => d.Kind == DefectKind.Missing && d.Path == BinhostLayout.Record(three.Key));
        Assert.Equal(3, defects.Length);
    }

    [Fact]
    public async Task A_blob_that_is_another_output_than_its_record_says_is_told()
    {
        var (good, other) = (_bench.Package("good"), _bench.Package("other"));
        await PushAsync(other);
        await PushAsync(good with { Envelope = good.Envelope with { Layers = [good.Form with { Digest = other.Form.Digest, Size = other.Form.Size }] }, Layer = other.Layer });
        Assert.Contains("is not the output", Assert.Single(await DefectsAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_is_not_trusted_is_told()
    {
        await PushAsync(_bench.Package("hello"));
        var defect = Assert.Single(await new BinhostVerification(_place, TrustPolicy.Nobody, Now, static _ => { }).RunAsync(default));
        Assert.Equal((DefectKind.Refused, RefusalKind.UnknownKey), (defect.Kind, defect.Refusal!.Kind));
    }

    [Fact]
    public async Task A_catalog_is_made_again_from_the_records()
    {
        var (one, _, _) = await ThreeAsync();
        var before = await KeptCatalog.ReadAsync(_place, default);
        File.WriteAllText(Path.Combine(Root, BinhostLayout.Catalog), "nonsense");
        Assert.Contains(await DefectsAsync(), d => d.Kind == DefectKind.Catalog);
        await Assert.ThrowsAsync<PlaceException>(() => Gc().RunAsync(default));
        await KeptCatalog.RewriteAsync(_place, async _ => (await Inventory.ReadAsync(_place, default)).Holdings.SelectMany(h => h.Rows), default);
        Assert.Equal(before!.Value.Select(r => (r.Key, r.Record)), (await KeptCatalog.ReadAsync(_place, default))!.Value.Select(r => (r.Key, r.Record)));
        Assert.Empty(await DefectsAsync());
        _bench.Add("dir", Root);
        Assert.Equal(["dir"], await _bench.FindAsync(one));
    }

    [Fact]
    public async Task An_index_that_cannot_be_read_is_one_defect_among_others_and_stops_tidying()
    {
        var (one, _, _) = await ThreeAsync();
        File.WriteAllText(Path.Combine(Root, BinhostLayout.ImageIndex), "{");
        File.WriteAllText(Path.Combine(Root, BinhostLayout.Blob(one.Form.Digest)), "other bytes");
        Assert.Equal([BinhostLayout.Blob(one.Form.Digest), BinhostLayout.ImageIndex], (await DefectsAsync()).Select(d => d.Path));
        await Assert.ThrowsAsync<PlaceException>(() => Gc().RunAsync(default));
    }

    [Fact]
    public async Task A_binhost_is_told_from_another_directory()
    {
        Directory.CreateDirectory(Root);
        Assert.False(await BinhostMarks.IsBinhostAsync(_place, default));
        File.WriteAllText(Path.Combine(Root, "letter.txt"), "dear");
        Directory.CreateDirectory(Path.Combine(Root, "photos"));
        Assert.Equal(["letter.txt", "photos"], await BinhostMarks.ForeignAsync(_place, default));
        File.Delete(Path.Combine(Root, "letter.txt"));
        Directory.Delete(Path.Combine(Root, "photos"));
        await ThreeAsync();
        await NewWriter().OfferKeyAsync(_bench.Key.Public, default);
        Assert.True(await BinhostMarks.IsBinhostAsync(_place, default));
        Assert.Empty(await BinhostMarks.ForeignAsync(_place, default));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_damaged_part_of_the_catalog_is_written_again(bool sameSize)
    {
        await ThreeAsync();
        await KeptCatalog.RewriteAsync(_place, async _ => (await Inventory.ReadAsync(_place, default)).Holdings.SelectMany(h => h.Rows), default);
        var part = Path.Combine(Root, BinhostLayout.Blob(Catalog.Parse(File.ReadAllBytes(Path.Combine(Root, BinhostLayout.Catalog)))!.Shards[0].Blob));
        File.WriteAllBytes(part, new byte[sameSize ? new FileInfo(part).Length : 1]);
        Assert.Null(await KeptCatalog.ReadAsync(_place, default));
        await KeptCatalog.RewriteAsync(_place, async _ => (await Inventory.ReadAsync(_place, default)).Holdings.SelectMany(h => h.Rows), default);
        Assert.NotNull(await KeptCatalog.ReadAsync(_place, default));
        Assert.Empty(await DefectsAsync());
    }

    public void Dispose()
    {
        _place.Dispose();
        _bench.Dispose();
        _directory.Dispose();
    }

    private static BinhostGc Gc(DirectoryPlace place) => new(place, new(2, Now.AddDays(1)), Now.AddDays(1));

    private BinhostGc Gc() => Gc(_place);

    private async Task<ImmutableArray<Defect>> DefectsAsync() => await new BinhostVerification(_place, new([_bench.Key.Public], 1, ImmutableDictionary<Digest, string>.Empty), Now, static _ => { }).RunAsync(default);

    /// <summary>Three records of one name, the first the oldest, all of them old.</summary>
    private async Task<(Shared One, Shared Two, Shared Three)> ThreeAsync()
    {
        var packages = new[] { "one", "two", "three" }.Select(t => _bench.Package("the same " + t)).ToArray();
        foreach (var package in packages)
        {
            await PushAsync(package);
        }

        Age();
        for (var i = 0; i < packages.Length; i++)
        {
            File.SetLastWriteTimeUtc(Path.Combine(Root, BinhostLayout.Record(packages[i].Key)), Now.AddDays(i - 10).UtcDateTime);
        }

        return (packages[0], packages[1], packages[2]);
    }

    /// <summary>As if everything had been there for long.</summary>
    private void Age()
    {
        foreach (var file in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, Now.AddDays(-20).UtcDateTime);
        }
    }

    private bool Has(string path) => File.Exists(Path.Combine(Root, path));

    private string[] Files() => [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith(".lock", StringComparison.Ordinal)).Select(f => $"{Path.GetRelativePath(Root, f)} {File.GetLastWriteTimeUtc(f):O}").Order(StringComparer.Ordinal)];

    private BinhostWriter NewWriter() => new("dir", new DirectoryPlace(Root, TimeProvider.System), _bench.Limits, TimeProvider.System);

    private async Task PushAsync(Shared package)
    {
        var writer = NewWriter();
        var preimage = Encoding.UTF8.GetBytes("recipe " + TextOf(package));
        await writer.PutBlobsAsync([new(package.Form.Digest, package.Layer.Length, () => new MemoryStream(package.Layer)), new(Digest.Of(preimage), preimage.Length, () => new MemoryStream(preimage))], static _ => { }, default);
        await writer.PutRecordAsync(package.Key, package.Envelope, default);
        await writer.AddToCatalogAsync(
            [new(package.Key, package.Key), new(package.Record.BuildKey.Digest, package.Key)],
            [BinhostLayout.Record(package.Key), BinhostLayout.Blob(package.Form.Digest), BinhostLayout.Blob(package.Record.Preimage)],
            default);
    }

    // The bench makes keys of texts.
    private static string TextOf(Shared package) => Texts.First(t => Digest.Of("recipe " + t) == package.Key);

    private static readonly string[] Texts = ["hello", "good", "other", "the same one", "the same two", "the same three", .. Enumerable.Range(0, 8).Select(i => $"same nam {i}")];
}
